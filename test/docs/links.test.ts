import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { pages } from './code-blocks.ts';

const root = join(import.meta.dirname, '..', '..');

/** Links to files that are not there, as `page: target`. */
function brokenLinks(page: string, text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target.replace(/#.*$/, ''))
    .filter((target) => target !== '' && !/^[a-z]+:/.test(target))
    .filter((target) => !existsSync(join(root, dirname(page), target)))
    .map((target) => `${page}: ${target}`);
}

test('every link between the pages leads somewhere', () => {
  const all = [...pages(root), 'examples/README.md', 'CONTRIBUTING.md', 'CHANGELOG.md'];
  expect(all.flatMap((page) => brokenLinks(page, readFileSync(join(root, page), 'utf8')))).toEqual([]);
});

test('a broken one is found', () => {
  expect(brokenLinks('docs/x.md', '[a](y.md) [b](../README.md#more) [c](https://spark.apache.org)')).toEqual([
    'docs/x.md: y.md',
  ]);
});
