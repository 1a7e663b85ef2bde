import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { runCommandLine } from '../../src/cli/main.ts';
import { createFakeIo, type FakeIo } from './fake-io.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'clickstream-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function generate(line: string, io: FakeIo = createFakeIo()) {
  const out = join(folder, 'a', 'b');
  return { out, code: runCommandLine(['generate', '--out', out, ...line.split(' ')], io) };
}

function textsIn(out: string): string[] {
  return readdirSync(out)
    .sort()
    .map((name) => readFileSync(join(out, name), 'utf8'));
}

describe('clickstream generate', () => {
  test('writes the files that were asked for, the same for the same seed', async () => {
    const io = createFakeIo();
    const { out, code } = generate('--files 3 --events 4 --seed 42 --start 2026-01-01T00:00:00Z', io);
    expect([await code, io.err()]).toEqual([0, `3 files with 12 events, in ${out} (seed 42)\n`]);
    expect(readdirSync(out).sort()).toEqual([1, 2, 3].map((number) => `clicks-42-00000000${number}.json`));
    const first = textsIn(out);
    expect(JSON.parse(first[2] as string)[3].Datetime).toBe('2026-01-01T00:00:05.500000Z');
    await generate('--files 3 --events 4 --seed 42 --start 2026-01-01T00:00:00Z').code;
    expect(textsIn(out)).toEqual([...first, ...first]);
  });

  test('stock trades', async () => {
    const { out, code } = generate('stocks --files 1 --events 2 --seed 1 --start 2018-08-21T10:55:38.3Z -q');
    expect(await code).toBe(0);
    expect(textsIn(out)[0]).toMatch(/^([A-Z]{3},(BUY |SELL),[\d.]+,\d+,\d{13},2018-08-21 10:55:38\.[38]\n){2}$/);
  });

  test('without --files it goes on at its interval until a signal, which is its proper end', async () => {
    const io = createFakeIo();
    const { out, code } = generate('--rate 20 --seed 1', io);
    const filesAfter = async (ms: number, files: number) => {
      io.advance(ms);
      while (readdirSync(out).length < files) await new Promise((resolve) => setImmediate(resolve));
      return readdirSync(out).length;
    };
    while (!readdirSync(folder).includes('a')) await new Promise((resolve) => setImmediate(resolve));
    expect(await filesAfter(0, 1)).toBe(1);
    expect(await filesAfter(499, 1)).toBe(1);
    expect(await filesAfter(1, 2)).toBe(2);
    io.signal('SIGINT');
    expect(await code).toBe(0);
    expect(io.err()).toContain('2 files with 20 events');
  });

  test('a bounded run that is interrupted says so', async () => {
    const io = createFakeIo();
    const { out, code } = generate('--files 5 --interval 1s --seed 1', io);
    while (!readdirSync(folder).includes('a')) await new Promise((resolve) => setImmediate(resolve));
    while (readdirSync(out).length < 1) await new Promise((resolve) => setImmediate(resolve));
    io.signal('SIGTERM');
    expect(await code).toBe(143);
  });

  test.each([
    ['stocks --files 1 --corrupt 0.1', '--corrupt is for clicks'],
    ['stocks --files 1 --format array', '--format is for clicks'],
    ['--rate 5 --interval 1s', 'give one of --rate and --interval'],
    ['--rate 0', '--rate must be above 0'],
    ['--files 1.5', '--files must be a whole number'],
    ['--files 1 --start tomorrow', '"tomorrow" is not a time'],
  ])('%p is refused', async (line, message) => {
    const io = createFakeIo();
    expect(await generate(line, io).code).toBe(2);
    expect(io.err()).toContain(message);
    expect(readdirSync(folder)).toEqual([]);
  });
});
