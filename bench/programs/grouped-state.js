// Counts and sums by key, file by file: node grouped-state.js IN OUT CHECKPOINT. The first file fills the state, the others touch a part of it.
// The last line is JSON: milliseconds and bytes of state of each batch after the first, and how many whole states were written.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { count, readStream, sum } from '../../dist/index.js';

const [input, out, checkpoint] = process.argv.slice(2);
const stateFolder = join(checkpoint, 'state', '0');
const ends = [];
const deltaBytes = [];
const snapshots = new Set();

const query = await readStream
  .format('csv')
  .schema('key STRING, amount LONG')
  .options({ header: true, settle: 0, maxFilesPerTrigger: 1 })
  .load(input)
  .groupBy('key')
  .agg(count().as('events'), sum('amount').as('total'))
  .writeStream.foreachBatch((batch, batchId) => batch.write.csv(out, { batchId, options: { header: true } }))
  .outputMode('update')
  .option('checkpointLocation', checkpoint)
  .trigger({ availableNow: true })
  .start();
query.onProgress(({ batchId }) => {
  ends.push(performance.now());
  const delta = join(stateFolder, `${batchId}.delta`);
  if (existsSync(delta)) deltaBytes.push(statSync(delta).size);
  for (const name of readdirSync(stateFolder)) if (name.endsWith('.snapshot')) snapshots.add(name);
});
await query.awaitTermination();
const times = ends.slice(1).map((endMs, index) => endMs - ends[index]);
console.log(JSON.stringify({ times, deltaBytes: deltaBytes.slice(1), snapshots: snapshots.size }));
