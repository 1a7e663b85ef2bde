import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  bannedCalls,
  brokenLayers,
  deadFiles,
  importCycles,
  lockedHosts,
  machinePaths,
  type Tree,
  undeclaredPackages,
} from './support/house-rules.ts';
import { MUTANTS } from './tools/mutant-list.ts';

const root = join(import.meta.dirname, '..');
const read = (name: string) => readFileSync(join(root, name), 'utf8');

/** What was built, installed or run, not what others get. In a worktree of git, `.git` is a file. */
const NOT_OURS = new Set(['.git', 'node_modules', 'dist', 'data', 'checkpoints', 'coverage', '.work']);

function readTree(folder = ''): Map<string, string> {
  const files = new Map<string, string>();
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (NOT_OURS.has(entry.name)) continue;
    const path = posix.join(folder, entry.name);
    if (entry.isFile() && !/\.(wasm|log)$/.test(path)) files.set(path, read(path));
    if (!entry.isDirectory()) continue;
    for (const [name, text] of readTree(path)) files.set(name, text);
  }
  return files;
}

function only(tree: Tree, wanted: (path: string) => boolean): Tree {
  return new Map([...tree].filter(([path]) => wanted(path)));
}

const everything = readTree();
// The kernel is written in another dialect and built on its own.
const source = only(everything, (path) => /^src\/.*\.ts$/.test(path) && !path.startsWith('src/kernel/assembly/'));

describe('the house', () => {
  test('every import goes down the layers', () => expect(brokenLayers(source)).toEqual([]));
  test('no import cycles', () => expect(importCycles(source)).toEqual([]));
  test('time, randomness, code from strings and the disk each have one place', () =>
    expect(bannedCalls(source)).toEqual([]));
  test('no file that nobody reaches', () => expect(deadFiles(source)).toEqual([]));
  test('only declared packages are imported', () =>
    expect(undeclaredPackages(source, read('package.json'))).toEqual([]));
  test('nothing names a folder of one machine', () =>
    expect(machinePaths(only(everything, (path) => path !== 'test/tidy.test.ts'))).toEqual([]));
  test('the lock file is bound to no host', () => expect(lockedHosts(read('package-lock.json'))).toEqual([]));
  test.each(MUTANTS)('the seeded bug has its place: $name', ({ file, edits, caughtBy }) => {
    expect(everything.has(caughtBy)).toBe(true);
    let text = everything.get(file) ?? '';
    for (const [from, to] of edits) {
      expect(text.split(from)).toHaveLength(2);
      text = text.replace(from, () => to);
    }
  });
});

describe('the rules bite', () => {
  const tree = (files: Record<string, string>): Tree => new Map(Object.entries(files));

  test('layers', () => {
    const files = (imported: string) => tree({ 'src/sql/lexer.ts': `import { x } from '${imported}';` });
    expect(brokenLayers(files('../plan/analyze.ts'))).toEqual([
      'src/sql/lexer.ts: sql may not import src/plan/analyze.ts',
    ]);
    expect(brokenLayers(files('../errors.ts'))).toEqual([]);
    expect(brokenLayers(files('./token.ts'))).toEqual([]);
    expect(
      brokenLayers(tree({ 'src/formats/csv/decode.ts': "import { x } from '../../sql/values/cast.ts';" })),
    ).toEqual([]);
    expect(
      brokenLayers(tree({ 'src/formats/csv/decode.ts': "import { x } from '../../sql/parser.ts';" })),
    ).toHaveLength(1);
    expect(brokenLayers(tree({ 'src/engine/loop.ts': "import type { X } from '../sinks/file.ts';" }))).toHaveLength(1);
    expect(brokenLayers(tree({ 'src/engine/loop.ts': "const x = await import('../sinks/file.ts');" }))).toHaveLength(1);
    expect(brokenLayers(tree({ 'src/engine/loop.ts': "export * from '../sources/file.ts';" }))).toHaveLength(1);
    expect(brokenLayers(tree({ 'src/sink.ts': "import {\n  a,\n  b,\n} from './fs/disk.ts';" }))).toHaveLength(1);
    expect(brokenLayers(tree({ 'src/utils/x.ts': '' }))).toEqual([
      'src/utils/x.ts: the folder src/utils/ has no place in the table of layers',
    ]);
  });

  test('cycles', () => {
    const back = (line: string) =>
      tree({
        'src/sql/a.ts': "import { b } from './b.ts';",
        'src/sql/b.ts': "import { c } from './c.ts';",
        'src/sql/c.ts': line,
      });
    expect(importCycles(back("import { a } from './a.ts';"))).toEqual([
      'src/sql/a.ts -> src/sql/b.ts -> src/sql/c.ts -> src/sql/a.ts',
    ]);
    expect(importCycles(back("import { type T, a } from './a.ts';"))).toHaveLength(1);
    expect(importCycles(back("import type { A } from './a.ts';"))).toEqual([]);
    expect(importCycles(back("import { type A, type B } from './a.ts';"))).toEqual([]);
    expect(importCycles(back("// import { a } from './a.ts';"))).toEqual([]);
    expect(importCycles(back("const a = () => import('./a.ts');"))).toEqual([]);
  });

  test.each([
    'const t = Date.now();',
    'const t = new Date();',
    'const t = performance.now();',
    'const x = Math.random();',
    "const f = new Function('return 1');",
    "eval('1');",
    "fs.writeFileSync('x', '');",
    "await fs.promises.rename('x', 'y');",
    "import { mkdirSync } from 'node:fs';",
    "import { readFile, rm } from 'node:fs/promises';",
    'export default function f() {}',
  ])('banned: %s', (line) => {
    expect(bannedCalls(tree({ 'src/engine/loop.ts': `const a = 1;\n${line}` }))).toEqual([
      expect.stringMatching(/^src\/engine\/loop\.ts:2: /),
    ]);
  });

  test.each([
    'const t = new Date(millis);',
    'const t = Date.parse(text);',
    "import { readFileSync } from 'node:fs';",
    '// never Date.now() here',
    'disk.rename(a, b);',
    'type F = Function;',
    'spec.eval(row);',
  ])('allowed: %s', (line) => expect(bannedCalls(tree({ 'src/engine/loop.ts': line }))).toEqual([]));

  test('each thing in its own place', () => {
    expect(bannedCalls(tree({ 'src/clock.ts': 'Date.now()' }))).toEqual([]);
    expect(bannedCalls(tree({ 'src/codegen/compile.ts': 'new Function(code)' }))).toEqual([]);
    expect(bannedCalls(tree({ 'src/fs/node-disk.ts': 'fs.renameSync(a, b)' }))).toEqual([]);
  });

  test('dead files', () => {
    const files = {
      'src/index.ts': "export type { A } from './engine/a.ts';",
      'src/engine/a.ts': "const b = await import('./b.ts');\nnew Worker(new URL('./worker.ts', import.meta.url));",
      'src/engine/b.ts': '',
      'src/engine/worker.ts': '',
      'src/engine/forgotten.ts': "import './a.ts';",
    };
    expect(deadFiles(tree(files))).toEqual(['src/engine/forgotten.ts']);
  });

  test('undeclared packages', () => {
    const files = tree({
      'src/cli/a.ts': "import yargs from 'yargs';\nimport x from '@a/b/c';\nimport fs from 'node:fs';",
    });
    expect(undeclaredPackages(files, '{"dependencies":{"yargs":"1"}}')).toEqual([
      'src/cli/a.ts: imports @a/b, which is no dependency',
    ]);
  });

  test('folders of one machine, hosts in the lock file', () => {
    const folder = ['', 'home', 'somebody', 'x'].join('/');
    expect(machinePaths(tree({ 'docs/a.md': `see\n${folder}` }))).toEqual([
      'docs/a.md:2: names a folder of one machine',
    ]);
    expect(machinePaths(tree({ 'docs/a.md': 'https://example.com/home/page and ./work/x' }))).toEqual([]);
    const lock = (resolved: string) => JSON.stringify({ packages: { '': {}, 'node_modules/a': { resolved } } });
    expect(lockedHosts(lock('https://registry.example/a.tgz'))).toEqual(['node_modules/a is bound to a host']);
    expect(lockedHosts('{"packages":{"node_modules/a":{}}}')).toEqual([]);
  });
});
