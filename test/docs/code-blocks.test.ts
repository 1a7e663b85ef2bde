import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { transformSync } from '@swc/core';
import { type CodeBlock, codeBlocks, pages, RUN_LANGUAGES } from './code-blocks.ts';

// Every block of code in README.md and docs/ is run as a reader would run it, the blocks of a page in order and in one folder.

const root = join(import.meta.dirname, '..', '..');
const command = join(root, 'bin', 'clickstream.js');
let tools = '';

beforeAll(() => {
  tools = mkdtempSync(join(tmpdir(), 'clickstream-docs-tools-'));
  const script = (name: string, text: string) => {
    writeFileSync(join(tools, name), `#!/bin/sh\n${text}\n`);
    chmodSync(join(tools, name), 0o755);
  };
  script('clickstream', `exec "${process.execPath}" "${command}" "$@"`);
  script('npx', 'exec "$@"');
});

afterAll(() => rmSync(tools, { recursive: true, force: true }));

function runBlock(block: CodeBlock, blocks: readonly CodeBlock[], folder: string): string {
  const [program, args] = programOf(block, blocks, folder);
  const env = { ...process.env, PATH: `${tools}${delimiter}${process.env.PATH}` };
  const result = spawnSync(program, args, { cwd: folder, env, encoding: 'utf8', timeout: 60_000 });
  if (result.status !== 0) {
    throw new Error(
      `the block at line ${block.line} ended with ${result.status ?? result.signal}:\n${result.stderr}${result.stdout}`,
    );
  }
  return result.stdout;
}

function programOf(
  { language, code, line }: CodeBlock,
  blocks: readonly CodeBlock[],
  folder: string,
): [program: string, args: string[]] {
  const file = (extension: string, text: string) => {
    // A first line such as `# windows.yaml` tells the reader, and so us, the file's name.
    const [, name = `block-${line}.${extension}`] = /^# (\S+\.yaml)$/m.exec(text.split('\n')[0] ?? '') ?? [];
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  switch (language) {
    case 'bash':
      return ['bash', ['-euo', 'pipefail', '-c', code]];
    case 'yaml': {
      const [, pipeline = null] = /^pipeline: (\S+)$/m.exec(code) ?? [];
      if (pipeline === null) return [process.execPath, [command, 'lint', file('yaml', code)]];
      // Tests of a pipeline: of the first one of the page, under the name that they have for it.
      writeFileSync(join(folder, pipeline), blocks.find((block) => block.language === 'yaml')?.code ?? '');
      return [process.execPath, [command, 'test', file('yaml', code)]];
    }
    default: {
      const { code: script } = transformSync(code, { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } });
      return [process.execPath, [file('mjs', script)]];
    }
  }
}

function runPage(blocks: readonly CodeBlock[]): void {
  const folder = mkdtempSync(join(tmpdir(), 'clickstream-docs-'));
  try {
    mkdirSync(join(folder, 'node_modules', '@clickstream-etl'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "name": "reader", "private": true }\n');
    symlinkSync(root, join(folder, 'node_modules', '@clickstream-etl', 'clickstream'), 'dir');
    for (const block of blocks) {
      const printed = runBlock(block, blocks, folder);
      if (block.output !== null) expect(printed.trimEnd()).toBe(block.output.trimEnd());
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('the blocks of code', () => {
  const all = pages(root).map((page) => ({ page, blocks: codeBlocks(readFileSync(join(root, page), 'utf8')) }));
  const wanted = all
    .map(({ page, blocks }) => ({ page, blocks: blocks.filter(({ language }) => RUN_LANGUAGES.includes(language)) }))
    .filter(({ blocks }) => blocks.length > 0);

  test.each(wanted)('$page', ({ blocks }) => runPage(blocks.filter(({ notRun }) => notRun === null)), 120_000);

  test('only few are not run, each with a reason', () => {
    const notRun = wanted.flatMap(({ page, blocks }) =>
      blocks.filter((block) => block.notRun !== null).map((block) => `${page}:${block.line}`),
    );
    expect(notRun.length).toBeLessThanOrEqual(5);
  });

  test('languages are written in one way', () => {
    const unknown = all.flatMap(({ page, blocks }) =>
      blocks
        .filter(({ language }) => !['', 'text', 'json', 'sql', ...RUN_LANGUAGES].includes(language))
        .map(({ language, line }) => `${page}:${line}: ${language}`),
    );
    expect(unknown).toEqual([]);
  });
});

describe('reading a page', () => {
  test('blocks, their lines, what they print, and why one is not run', () => {
    const page = [
      'Text',
      '```js',
      'console.log(1);',
      '```',
      '',
      '```output',
      '1',
      '```',
      '<!-- not run: it needs Spark -->',
      '```bash',
      'spark-submit x',
      '```',
    ].join('\n');
    expect(codeBlocks(page)).toEqual([
      { line: 3, language: 'js', code: 'console.log(1);\n', notRun: null, output: '1\n' },
      { line: 11, language: 'bash', code: 'spark-submit x\n', notRun: 'it needs Spark', output: null },
    ]);
  });

  test('a block that fails or prints something else fails the page', () => {
    const block = { line: 1, language: 'js', code: 'console.log(1);', notRun: null, output: '2' };
    expect(() => runPage([block])).toThrow('toBe');
    expect(() => runPage([{ ...block, code: 'process.exit(3);' }])).toThrow('ended with 3');
  });
});
