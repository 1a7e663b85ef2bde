// From a file's delivery to its committed output, while task1 watches its folder.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomBelow } from '../data/events.js';
import { arrayText } from '../data/writers.js';
import { settleDisk } from '../lib/contest.js';
import { median, percentile } from '../lib/statistics.js';
import { startQuery } from '../lib/watcher.js';

const FILES_PER_RUN = 100;
/** The first deliveries find functions that are not compiled yet. */
const WARM_UP = 20;

export const delivery = {
  name: 'delivery',
  describe: 'a file of 10 records delivered by rename, until its output is committed (task1, watching, --settle 0)',
  async run(bench) {
    const { path } = bench.scratch;
    const times = [];
    for (let run = 0; run < bench.runs; run++) times.push(...(await deliverFiles((name) => path(String(run), name))));
    const row = (who, value) => ({ who, value });
    return [
      {
        id: 'delivery',
        title: 'File delivered by rename, until its output is committed',
        unit: 'ms',
        rows: [
          row('median', median(times)),
          row('95 of 100', percentile(times, 0.95)),
          row('99 of 100', percentile(times, 0.99)),
        ],
        note: `${times.length} files of 10 records, one after the other; the first ${WARM_UP} of each run are not counted.`,
      },
    ];
  },
};

async function deliverFiles(path) {
  for (const folder of ['in', 'staging']) mkdirSync(path(folder), { recursive: true });
  settleDisk();
  const words = [
    'task1',
    '--in',
    path('in'),
    '--out',
    path('out'),
    '--checkpoint',
    path('checkpoint'),
    '--settle',
    '0',
  ];
  const query = startQuery(words);
  const random = randomBelow(7);
  const times = [];
  for (let i = 0; i < WARM_UP + FILES_PER_RUN; i++) {
    writeFileSync(path('staging/next.json'), arrayText(i));
    // The query rests, as between the files of a real producer; the first time it also starts.
    await sleep(i === 0 ? 500 : 20 + random(30));
    const deliveredMs = performance.now();
    renameSync(path('staging/next.json'), path(`in/${i}.json`));
    const batch = await query.nextBatch();
    if (batch?.progress.numInputRows !== 10) throw new Error(`file ${i} did not come out: ${JSON.stringify(batch)}`);
    if (i >= WARM_UP) times.push(batch.atMs - deliveredMs);
  }
  await query.stop();
  return times;
}
