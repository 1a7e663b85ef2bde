import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Coverage } from './coverage.ts';
import { type FuzzSettings, fuzz, smaller } from './fuzzer.ts';
import { Random } from './random.ts';
import { regressionsOf } from './regressions.ts';
import { documented, type FuzzTarget } from './target.ts';
import { loadTarget, TARGET_NAMES } from './targets/index.ts';

const SETTINGS: FuzzSettings = {
  executions: 200,
  random: new Random(1),
  coverage: null,
  maxMemoryBytes: Number.POSITIVE_INFINITY,
};

/** Those that take longest have the fewest. `npm run test:fuzz` runs a million. */
const EXECUTIONS: Readonly<Record<string, number>> = {
  json: 400,
  ndjson: 400,
  csv: 800,
  parquet: 200,
  pipeline: 100,
};

describe.each(TARGET_NAMES)('%s', (name) => {
  test('inputs that once went wrong', async () => {
    const target = await loadTarget(name);
    for (const { input } of regressionsOf(name)) await target.run(input);
  });

  test('a sample of changed inputs', async () => {
    const target = await loadTarget(name);
    const executions = EXECUTIONS[name] ?? 1500;
    const { finding } = await fuzz(target, await target.seeds(), { ...SETTINGS, executions, random: new Random(2) });
    if (finding === null) return;
    const { input, error } = await smaller(target, finding);
    throw new Error(`${target.show(input)}\n${(error as Error).stack}`);
  });
});

/** What the fuzzer finds wrong with a target of this code, in a process whose prototypes are not frozen. */
function findingElsewhere(code: string): string {
  const program = `
    import { fuzz } from './test/fuzz/fuzzer.ts';
    import { Random } from './test/fuzz/random.ts';
    const target = { name: 'made up', words: ['word'], seeds: async () => [], show: String, run() { ${code} } };
    const settings = { executions: 5, random: new Random(1), coverage: null, maxMemoryBytes: Infinity };
    const { finding } = await fuzz(target, [Uint8Array.of(1)], settings);
    console.log(String(finding?.error ?? 'nothing wrong'));`;
  const words = ['--import', './test/tools/typescript.js', '--input-type=module', '--eval', program];
  const cwd = join(import.meta.dirname, '..', '..');
  const { stdout, stderr } = spawnSync(process.execPath, words, { cwd, encoding: 'utf8' });
  return stdout.trim() || stderr;
}

describe('the fuzzer itself', () => {
  const targetOf = (run: FuzzTarget['run']): FuzzTarget => ({
    name: 'made up',
    words: ['word'],
    seeds: async () => [],
    show: String,
    run,
  });
  const findingOf = async (run: FuzzTarget['run'], settings: Partial<FuzzSettings> = {}) => {
    const seeds = [Uint8Array.from(Buffer.from('something to change'))];
    return (await fuzz(targetOf(run), seeds, { ...SETTINGS, random: new Random(3), ...settings })).finding;
  };

  test('ends with the first input that throws, and makes it smaller', async () => {
    const target = targetOf((input) => {
      if (input.includes(0x78)) throw new RangeError(`at ${input.indexOf(0x78)}`);
    });
    const finding = { input: Uint8Array.from(Buffer.from('abcdefxabcdef')), error: new RangeError('at 6') };
    expect((await smaller(target, finding)).input).toEqual(Uint8Array.of(0x78));
    expect(await findingOf(() => Promise.reject(new Error('later')))).toMatchObject({ error: { message: 'later' } });
  });

  test.each([
    ['every object has a new property', 'Object.prototype.polluted = 1;'],
    ['every object has another property than before', 'Object.prototype.toString = () => "";'],
    ['every array has one', 'Array.prototype.concat = null;'],
  ])('sees that %s', (_, pollute) => {
    expect(findingElsewhere(pollute)).toBe('Error: Object.prototype or Array.prototype is not what it was');
    expect(findingElsewhere(`({}).toString = () => '';`)).toBe('nothing wrong');
  });

  test('sees that memory ran over', async () => {
    const finding = await findingOf(() => {}, { maxMemoryBytes: 1024 });
    expect(String(finding?.error)).toMatch(/the process took \d+ MB/);
  });

  test('an error that is not documented is thrown on', () => {
    expect(() => documented(new TypeError('x'))).toThrow(TypeError);
  });

  test('keeps inputs that reach new code, and so opens one door after the other', async () => {
    const coverage = new Coverage((url) => url.includes('locked-door'));
    try {
      // Behind the start of the coverage, or nothing of it is counted.
      const { lockedDoor } = await import('./locked-door.ts');
      const settings = { ...SETTINGS, coverage, executions: 100_000, random: new Random(8) };
      const { finding, corpus, blocks } = await fuzz(lockedDoor, await lockedDoor.seeds(), settings);
      expect(String(finding?.error)).toContain('all doors are open');
      expect(corpus).toBeGreaterThan(3);
      expect(blocks).toBeGreaterThan(3);
    } finally {
      coverage.close();
    }
  });

  test('the same seed gives the same inputs', async () => {
    const inputs = async () => {
      const seen: string[] = [];
      await findingOf((input) => void seen.push(Buffer.from(input).toString('hex')));
      return seen;
    };
    expect(await inputs()).toEqual(await inputs());
  });
});
