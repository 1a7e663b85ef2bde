// What a figure depends on besides the code.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { pythonVersions } from '../peers/python.js';
import { ROOT } from './folders.js';

export function describeMachine() {
  const [cpu] = cpus();
  return {
    cpu: `${cpus().length} x ${cpu.model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${platform()} ${release()}`,
  };
}

export function describeVersions() {
  return {
    clickstream: packageVersion('package.json'),
    node: process.version,
    DuckDB: packageVersion('node_modules/@duckdb/node-api/package.json'),
    ...pythonVersions(),
  };
}

/** Processes that wanted a core, on average over the last minute. */
export const load = () => Math.round(loadavg()[0] * 100) / 100;

function packageVersion(path) {
  return JSON.parse(readFileSync(join(ROOT, path), 'utf8')).version;
}
