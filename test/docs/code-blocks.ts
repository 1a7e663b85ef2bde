import { readdirSync } from 'node:fs';
import { join, posix } from 'node:path';

/** A fenced block of a page. */
export interface CodeBlock {
  /** Of its first line of code, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  /** Why it is not run, from `<!-- not run: reason -->` on the line before it; null when it is run. */
  readonly notRun: string | null;
  /** What it must print: the text of an `output` block that follows it directly. */
  readonly output: string | null;
}

/** Languages whose blocks are run. */
export const RUN_LANGUAGES = ['ts', 'js', 'yaml', 'bash'];

/** The blocks of a Markdown text in order; `output` blocks are part of the block before them. */
export function codeBlocks(text: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const fence = /(?:<!-- not run: ([^>]*) -->\n)?^```(\w*)\n([\s\S]*?)^```$/gm;
  let endOfLast = 0;
  for (const match of text.matchAll(fence)) {
    const [whole, notRun = null, language = '', code = ''] = match;
    const start = match.index + whole.length - code.length - '```'.length;
    const line = text.slice(0, start).split('\n').length;
    const last = blocks.at(-1);
    if (language === 'output' && last !== undefined && text.slice(endOfLast, match.index).trim() === '') {
      blocks[blocks.length - 1] = { ...last, output: code };
    } else blocks.push({ line, language, code, notRun, output: null });
    endOfLast = match.index + whole.length;
  }
  return blocks;
}

/** README.md and every page of docs/, paths from the root with `/`. */
export function pages(root: string): string[] {
  const docs = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' });
  return [
    'README.md',
    ...docs.filter((name) => name.endsWith('.md')).map((name) => posix.join('docs', name.replaceAll('\\', '/'))),
  ].sort();
}
