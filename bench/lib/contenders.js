// How each contender is started on a work. `fresh` are the outputs of its run before.
import { mkdirSync } from 'node:fs';
import { pythonPeer } from '../peers/python.js';
import { benchFile, COMMAND } from './folders.js';

const ALL_THERE_IS = ['--once', '--settle', '0', '--quiet'];

/** Any command of this product. */
export function clickstream(words, fresh, env = {}) {
  return { name: 'clickstream', args: [COMMAND, ...words], env, fresh };
}

/** `task1` or `task2`, over all there is. */
export function task(name, { input, out, checkpoint, more = [] }) {
  return clickstream(
    [name, '--in', input, '--out', out, '--checkpoint', checkpoint, ...ALL_THERE_IS, ...more],
    [out, checkpoint],
  );
}

/** A pipeline file of bench/pipelines, over all there is. */
export function pipelineFile(name, { input, out, checkpoint }) {
  const env = { BENCH_IN: input, BENCH_OUT: out, BENCH_CHECKPOINT: checkpoint };
  const file = benchFile('pipelines', `${name}.pipeline.yaml`);
  return clickstream(['run', '--once', '--quiet', file], [out, checkpoint], env);
}

/** `copy (select) to 'output' (options)`. */
export function duckdb(select, output, options) {
  return {
    name: 'DuckDB',
    args: [benchFile('peers', 'duckdb.js'), `copy (${select}) to '${output}' (${options})`],
    fresh: [output],
  };
}

export function naive(work, input, output) {
  return { name: 'naive Node', args: [benchFile('peers', 'naive.js'), work, input, output], fresh: [output] };
}

/** Null where it cannot be had. */
export function polars(work, input, output) {
  const start = pythonPeer('polars');
  return start && { ...start, name: 'polars', args: [...start.args, work, input, output], fresh: [output] };
}

/** Null where it cannot be had. */
export function spark(work, input, output, checkpoint) {
  const start = pythonPeer('spark');
  const args = [...(start?.args ?? []), work, input, output, checkpoint];
  return start && { ...start, name: 'PySpark', args, fresh: [output, checkpoint], reports: true };
}

/** The contenders that `peers` allows, this product first; entries are functions, so that nothing is installed for those left out. */
export function contenders(peers, ours, theirs) {
  const chosen = Object.entries(theirs).filter(([name]) => peers.has(name));
  return [ours, ...chosen.map(([, make]) => make())].filter((contender) => contender !== null);
}

/** An empty folder as input. */
export function emptyFolder(path) {
  mkdirSync(path, { recursive: true });
  return path;
}
