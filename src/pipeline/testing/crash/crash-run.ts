import { systemClock } from '../../../clock.ts';
import { nodeDisk } from '../../../fs/node-disk.ts';
import { startQuery } from '../../build.ts';
import { loadPipeline } from '../../file/load.ts';
import { type RecordedChange, toldDisk } from './crash-disk.ts';
import type { CrashReply, CrashRequest } from './crash-request.ts';
import { SOURCE_OPTIONS, scratchQuery } from './scratch-query.ts';

/** What a process of a crash test does: it runs the pipeline as `request` (JSON) says, and dies where it is told to. */
export async function crashRun(request: string): Promise<void> {
  try {
    const reply = await runToEnd(JSON.parse(request) as CrashRequest);
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function runToEnd({ file, inputs, folder, nowMs, point }: CrashRequest): Promise<CrashReply> {
  const changes: RecordedChange[] = [];
  const disk = toldDisk(nodeDisk, (op, half) => {
    if (changes.length === point?.at) {
      if (point.half) half?.();
      die();
    }
    changes.push({ op, canHalve: half !== null });
  });
  const pipeline = await loadPipeline(file, {
    environment: process.env,
    clock: { ...systemClock, nowMs: () => nowMs },
    disk,
    replacements: { sourceFolder: (name) => inputs[name] as string, sourceOptions: SOURCE_OPTIONS },
  });
  const query = await startQuery(scratchQuery(pipeline, folder));
  let batches = 0;
  query.onProgress(() => {
    batches++;
  });
  await query.awaitTermination();
  return { batches, changes };
}

/** As `kill -9` from outside: nothing of this process runs any more. */
function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // Where a process outlives its signal for a moment, it must not do anything in it.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}
