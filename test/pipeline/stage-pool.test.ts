import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Stage } from '../../src/engine/stage.ts';
import { type ChunkResult, type StageBatch, StageRunner } from '../../src/engine/stage-run.ts';
import { csvFormat } from '../../src/formats/csv/csv-format.ts';
import { PooledBatch } from '../../src/pipeline/stage-pool/pool.ts';
import type { ChunkThread } from '../../src/pipeline/stage-pool/shared-work.ts';
import type { PhysicalPlan } from '../../src/plan/physical.ts';
import { field, LONG, STRING, struct } from '../../src/schema.ts';
import type { SplitChunk } from '../../src/source.ts';
import { chunksOf, readChunk } from '../../src/sources/file/read-chunk.ts';
import type { FileSplit } from '../../src/sources/file/taken.ts';
import { encodeStateRows } from '../../src/state/encode-rows.ts';
import { ModelDisk } from '../support/model-disk.ts';

const SCHEMA = struct([field('id', LONG, false), field('text', STRING)]);
const BATCH: StageBatch = { batchId: 0, batchTimeMs: 0, lateMicros: 0, evictMicros: 0, futureLimitMs: Infinity };
const STAGE: Stage = {
  sourceIndex: 0,
  output: { kind: 'bytes', encoding: { format: 'csv', schema: SCHEMA, options: { header: false } } },
};
const PLAN = {
  op: 'source',
  sourceIndex: 0,
  output: SCHEMA.fields.map(({ name, type, nullable }) => ({ name, type, nullable })),
} as unknown as PhysicalPlan;

/** Files, and how they are read: by how many threads, each of which fails now and then, and in which order they are done. */
const cases = fc.record({
  files: fc.array(
    fc.array(
      fc.tuple(
        fc.oneof(fc.nat(99).map(String), fc.constant('x')),
        fc.string({ unit: fc.constantFrom('a', '\n', '"') }),
      ),
      {
        maxLength: 30,
      },
    ),
    { minLength: 1, maxLength: 6 },
  ),
  bundleFiles: fc.integer({ min: 1, max: 4 }),
  chunkBytes: fc.integer({ min: 1, max: 120 }),
  threads: fc.integer({ min: 0, max: 4 }),
  delays: fc.array(fc.nat(3), { minLength: 1, maxLength: 8 }),
  failures: fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
});

function csvText(rows: readonly (readonly [string, string])[]): string {
  return `id,text\n${rows.map(([id, text]) => `${id},"${text.replaceAll('"', '""')}"\n`).join('')}`;
}

class Files {
  readonly disk = new ModelDisk();
  readonly splits: { path: string; size: number; mtimeMs: number }[] = [];

  constructor(texts: readonly string[]) {
    this.disk.mkdir('/in');
    texts.forEach((text, i) => {
      const path = `/in/${i}.csv`;
      const bytes = Buffer.from(text);
      const file = this.disk.create(path);
      this.disk.write(file, bytes, 0, bytes.length);
      this.disk.close(file);
      const { size, mtimeMs } = this.disk.stat(path);
      this.splits.push({ path, size, mtimeMs });
    });
  }

  runner(): StageRunner {
    const reader = {
      disk: this.disk,
      format: csvFormat,
      formatOptions: { header: true },
      schema: SCHEMA,
      partitions: [],
      fileSchema: SCHEMA,
      depth: 1,
    };
    const spec = { physical: PLAN, timeZone: 'UTC', outputMode: 'append' as const, stage: STAGE, reader: null };
    return new StageRunner(spec, {
      read: (chunk, start, context) => readChunk(reader, chunk, start, context),
      openEncoder: () => csvFormat.encoder({ schema: SCHEMA, options: { header: false } }).encode,
      encodeState: encodeStateRows,
      project: null,
    });
  }
}

/** A thread that takes its time, and fails on some chunks. */
function fakeThread(runner: StageRunner, delays: readonly number[], failures: readonly boolean[]): ChunkThread {
  let sent = 0;
  const thread = {
    isAlive: true,
    started: Promise.resolve(),
    load: 0,
    send(batch: StageBatch, chunk: SplitChunk, spare: ArrayBuffer | null, take: (result: ChunkResult | null) => void) {
      const turn = sent++;
      thread.load++;
      const answer = async () => {
        for (let i = delays[turn % delays.length] as number; i > 0; i--)
          await new Promise((done) => setImmediate(done));
        const fails = failures[turn % failures.length];
        const result = fails
          ? null
          : await runner.run(batch, chunk, null, new AbortController().signal, spare).catch(() => null);
        thread.load--;
        take(result);
      };
      void answer();
    },
  };
  return thread;
}

interface Read {
  readonly text: string;
  readonly rejects: readonly unknown[];
  readonly rows: number;
}

async function read(files: Files, threads: readonly ChunkThread[], chunkBytes: number | undefined): Promise<Read> {
  const splits = files.splits.map((split) => (chunkBytes === undefined ? split : { ...split, chunkBytes }));
  return await readChunks(
    files,
    threads,
    splits.flatMap((split) => chunksOf(split)),
  );
}

/** Bundles of `size` files. */
function bundles({ splits }: Files, size: number): SplitChunk[] {
  const firsts = splits.filter((_, i) => i % size === 0);
  return firsts.map((split, i) => {
    return { split, from: 0, until: null, bytes: 0, more: splits.slice(i * size + 1, (i + 1) * size) };
  });
}

async function readChunks(
  files: Files,
  threads: readonly ChunkThread[],
  chunks: readonly SplitChunk[],
  onTurn: (chunk: SplitChunk) => void = () => {},
): Promise<Read> {
  const { signal } = new AbortController();
  const batch = new PooledBatch(files.runner(), threads, BATCH, chunks, signal, onTurn, []);
  let text = '';
  let rows = 0;
  const rejects: unknown[] = [];
  for await (const { start, result } of batch.results()) {
    const before = start.line - (result.ends.start?.line ?? start.line);
    rows += result.inputRows;
    rejects.push(...result.rejects.map((record) => ({ ...record, line: (record.line ?? 0) + before })));
    if (result.output.kind === 'bytes') text += Buffer.from(result.output.bytes).toString();
  }
  return { text, rejects, rows };
}

describe('chunks on several threads', () => {
  test('give what one thread gives, whatever the threads do', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async ({ files, chunkBytes, bundleFiles, threads, delays, failures }) => {
        const given = new Files(files.map(csvText));
        const whole = await read(given, [], undefined);
        const others = Array.from({ length: threads }, () => fakeThread(given.runner(), delays, failures));
        const shared = await read(given, others, chunkBytes);
        expect(shared).toEqual(whole);
        const more = Array.from({ length: threads }, () => fakeThread(given.runner(), delays, failures));
        expect(await readChunks(given, more, bundles(given, bundleFiles))).toEqual(whole);
        expect(whole.rows).toBe(files.flat().length);
      }),
      { numRuns: 30 },
    );
  });

  test('a thread that dies leaves its chunks to this one', async () => {
    const given = new Files([csvText(Array.from({ length: 50 }, (_, i) => [String(i), 'a\nb']))]);
    const dead: ChunkThread = { isAlive: false, started: new Promise(() => {}), load: 0, send: () => {} };
    const dying: ChunkThread = {
      isAlive: true,
      started: Promise.resolve(),
      load: 0,
      send(_batch, _chunk, _spare, take) {
        Object.assign(dying, { isAlive: false });
        take(null);
      },
    };
    expect(await read(given, [dead, dying], 40)).toEqual(await read(given, [], undefined));
  });

  test('the file of a bundle that cannot be read is told by its name, when those before it are through', async () => {
    const given = new Files(['1', '2', '3', '4'].map((id) => csvText([[id, 'a']])));
    given.disk.unlink('/in/2.csv');
    const threads = [fakeThread(given.runner(), [0], [false])];
    const turns: unknown[] = [];
    const reading = readChunks(given, threads, bundles(given, 4), ({ split }) => turns.push((split as FileSplit).path));
    await expect(reading).rejects.toMatchObject({ code: 'SOURCE_FILE_MISSING', path: '/in/2.csv' });
    expect(turns).toEqual(['/in/0.csv', '/in/0.csv', '/in/1.csv', '/in/2.csv']);
  });

  test('an error is told when the turn of its chunk comes, with the line in the file', async () => {
    const given = new Files(['id,text\n1,a\n2,b\n3,c\nx,d\n']);
    const reader = {
      disk: given.disk,
      format: csvFormat,
      formatOptions: { header: true, mode: 'failfast' },
      schema: SCHEMA,
      partitions: [],
      fileSchema: SCHEMA,
      depth: 1,
    };
    const spec = { physical: PLAN, timeZone: 'UTC', outputMode: 'append' as const, stage: STAGE, reader: null };
    const runner = () =>
      new StageRunner(spec, {
        read: (chunk, start, context) => readChunk(reader, chunk, start, context),
        openEncoder: () => csvFormat.encoder({ schema: SCHEMA, options: { header: false } }).encode,
        encodeState: encodeStateRows,
        project: null,
      });
    const chunks = chunksOf({ ...(given.splits[0] as (typeof given.splits)[0]), chunkBytes: 12 });
    const threads = [fakeThread(runner(), [0], [false])];
    const batch = new PooledBatch(runner(), threads, BATCH, chunks, new AbortController().signal, () => {}, []);
    const rows: number[] = [];
    const reading = async () => {
      for await (const { result } of batch.results()) rows.push(result.passedRows);
    };
    await expect(reading()).rejects.toThrow('/in/0.csv: line 5');
    expect(rows.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0);
  });
});
