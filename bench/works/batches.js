// What a batch of 10 records costs, beside the file operations alone that its durability needs.
import { nestedArrays } from '../data/sets.js';
import { settleDisk } from '../lib/contest.js';
import { benchFile } from '../lib/folders.js';
import { resultLine, runProcess } from '../lib/process.js';
import { median, percentile } from '../lib/statistics.js';
import { startQuery } from '../lib/watcher.js';

const BATCHES = 500;
const WARM_UP = 50;

export const batches = {
  name: 'batches',
  describe: 'a batch of 10 records, logged, computed and committed with fsync, beside the bare file operations',
  async run(bench) {
    const { path } = bench.scratch;
    const input = nestedArrays(BATCHES);
    const [ours, bare] = [[], []];
    for (let run = 0; run < bench.runs; run++) {
      ours.push(...(await batchTimes(input, (name) => path(String(run), name))));
      bare.push(...bareTimes(path(String(run), 'bare')));
    }
    const row = (who, times) => ({ who, value: median(times), ratio: median(times) / median(ours) });
    return [
      {
        id: 'batches',
        title: 'One batch of 10 records after another (task1, one file per batch)',
        unit: 'ms',
        rows: [
          row('clickstream', ours),
          { who: 'clickstream, 95 of 100', value: percentile(ours, 0.95) },
          row('bare file operations', bare),
        ],
        note: 'Bare: the same files, made, flushed and named in the same way, and their folders flushed; nothing is computed.',
      },
    ];
  },
};

async function batchTimes(input, path) {
  settleDisk();
  const folders = ['--in', input, '--out', path('out'), '--checkpoint', path('checkpoint')];
  const query = startQuery(['task1', ...folders, '--once', '--settle', '0', '--max-files-per-trigger', '1']);
  const ends = [];
  for (let batch = await query.nextBatch(); batch !== null; batch = await query.nextBatch()) ends.push(batch.atMs);
  await query.stop();
  if (ends.length !== BATCHES) throw new Error(`${ends.length} of ${BATCHES} batches came out`);
  return ends.slice(WARM_UP).map((endMs, index) => endMs - ends[WARM_UP + index - 1]);
}

function bareTimes(folder) {
  settleDisk();
  const { stdout } = runProcess({ args: [benchFile('programs', 'bare-batches.js'), folder, String(BATCHES)] }, false);
  return resultLine(stdout).times.slice(WARM_UP);
}
