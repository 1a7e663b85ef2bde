// The checks of pipeline files, compiled to JavaScript at build time: ajv takes longer to load and to compile them than a short run takes
// for everything else. Stands in for src/pipeline/file/compile-shape.ts in the command line.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import standalone from 'ajv/dist/standalone/index.js';

const SCRIPT = './shapes.cjs';

/** The specs of all files that are checked so: the name of each, and the module that exports it. */
const SPECS = {
  PIPELINE: './pipeline/file/pipeline-spec.js',
  PIPELINE_TESTS: './pipeline/testing/tests-spec.js',
};

/** In the place of compile-shape.js: picks a check by its spec. */
const STAND_IN = `
${Object.entries(SPECS)
  .map(([name, module]) => `import { ${name} } from '${module}';`)
  .join('\n')}
import * as shapes from '${SCRIPT}';

const compiled = new Map([${Object.keys(SPECS).map((name) => `[${name}, shapes.${name}]`)}]);
export const compileShape = (spec) => compiled.get(spec);
`;

/** For esbuild, which bundles what tsc built in the folder `dist`. */
export const compiledShapes = (dist) => ({
  name: 'compiled shapes',
  setup(bundler) {
    bundler.onLoad({ filter: /[\\/]compile-shape\.js$/ }, () => ({ contents: STAND_IN, resolveDir: dist }));
    bundler.onResolve({ filter: /[\\/]shapes\.cjs$/ }, ({ path }) => ({ path, external: true }));
  },
});

/** The text of a module that exports the check of each spec by the spec's name. */
export async function shapesModule(dist) {
  const load = (module) => import(pathToFileURL(join(dist, module)).href);
  const { SHAPE_OPTIONS } = await load('./pipeline/file/compile-shape.js');
  const { jsonSchemaOf } = await load('./pipeline/file/schema.js');
  const ajv = new Ajv2020({ ...SHAPE_OPTIONS, code: { source: true } });
  for (const [name, module] of Object.entries(SPECS)) {
    const spec = (await load(module))[name];
    ajv.addSchema(jsonSchemaOf(spec, 'file'), name);
  }
  return standalone.default(ajv, Object.fromEntries(Object.keys(SPECS).map((name) => [name, name])));
}
