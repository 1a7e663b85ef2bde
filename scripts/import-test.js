// Loads a TypeScript module of test/, with what it imports from test/, against the built dist/ instead of src/.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { transformSync } from '@swc/core';

const root = fileURLToPath(new URL('..', import.meta.url));
const SPECIFIER = /(\bfrom\s*|\bimport\s*\(?\s*)(['"])(\.{1,2}\/[^'"]+)\.ts\2/g;

/** The module at `path`, relative to the project. */
export async function importTest(path) {
  const target = mkdtempSync(join(tmpdir(), 'clickstream-test-'));
  process.on('exit', () => rmSync(target, { recursive: true, force: true }));
  const done = new Set();
  const compile = (source) => {
    if (done.has(source)) return;
    done.add(source);
    const { code } = transformSync(readFileSync(source, 'utf8'), {
      filename: source,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    const output = outputOf(source);
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(
      output,
      code.replace(SPECIFIER, (_all, before, quote, name) => {
        const imported = `${join(dirname(source), name)}.ts`;
        const inSrc = relative(join(root, 'src'), imported);
        if (!inSrc.startsWith('..')) {
          const built = pathToFileURL(join(root, 'dist', inSrc.replace(/\.ts$/, '.js'))).href;
          return `${before}${quote}${built}${quote}`;
        }
        compile(imported);
        return `${before}${quote}${pathToFileURL(outputOf(imported)).href}${quote}`;
      }),
    );
  };
  const outputOf = (source) => join(target, relative(root, source).replace(/\.ts$/, '.mjs'));
  compile(join(root, path));
  return await import(pathToFileURL(outputOf(join(root, path))).href);
}
