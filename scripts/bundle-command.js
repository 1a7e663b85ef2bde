// The command line in one script: to load its some three hundred modules would take half of a short run. CommonJS, because only a script
// can be loaded together with its compiled code (bin/code-cache.js).
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { compiledShapes, shapesModule } from './compile-shapes.js';

/** Packages that few runs need, and their scripts: each is loaded by the first that imports it. */
const LIBRARIES = {
  chokidar: 'chokidar.cjs',
  hyparquet: 'hyparquet.cjs',
  'hyparquet-writer': 'hyparquet-writer.cjs',
  yaml: 'yaml.cjs',
  yargs: 'yargs.cjs',
};

/** For ES modules the exports of a CommonJS script are its default export; for these packages that is theirs. */
const BY_DEFAULT = new Set(['yargs']);

const OPTIONS = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node20.19',
  charset: 'ascii',
  // Short, but with the names that stack traces need.
  minifyWhitespace: true,
  // `import()` becomes `require`, which bin/code-cache.js answers.
  supported: { 'dynamic-import': false },
  banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
  define: { 'import.meta.url': 'importMetaUrl' },
  logLevel: 'warning',
};

/** Bundles cli/main.js of the folder `dist` into command/clickstream.cjs, with the scripts of the libraries and of the compiled shapes beside it. */
export async function bundleCommand(dist) {
  const command = join(dist, 'command');
  await build({
    ...OPTIONS,
    entryPoints: [join(dist, 'cli', 'main.js')],
    outfile: join(command, 'clickstream.cjs'),
    external: ['parquetjs-lite'], // not made to be bundled
    plugins: [{ name: 'libraries', setup: keepLibrariesApart }, compiledShapes(dist)],
  });
  // See src/pipeline/stage-pool/worker-thread.ts and src/pipeline/testing/crash/run-child.ts.
  writeFileSync(join(command, 'worker.js'), starting('serveStage()'));
  writeFileSync(join(command, 'crash-child.js'), starting('crashRun(process.argv[2])'));
  const bundle = (contents, script) =>
    build({ ...OPTIONS, stdin: { contents, resolveDir: dist }, outfile: join(command, script) });
  for (const [name, script] of Object.entries(LIBRARIES)) {
    await bundle(`module.exports = require('${name}')${BY_DEFAULT.has(name) ? '.default' : ''};`, script);
  }
  await bundle(await shapesModule(dist), 'shapes.cjs');
}

/** A script for another thread or process that loads the command's script likewise and calls one of its functions. */
const starting = (call) => `import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
const { loadScript } = createRequire(import.meta.url)('../../bin/code-cache.js');
await loadScript(fileURLToPath(new URL('./clickstream.cjs', import.meta.url))).${call};
`;

function keepLibrariesApart(bundler) {
  bundler.onResolve({ filter: /^[^./]/ }, ({ path }) =>
    Object.hasOwn(LIBRARIES, path) ? { path: `./${LIBRARIES[path]}`, external: true } : undefined,
  );
}
