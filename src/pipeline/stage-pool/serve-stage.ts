import { parentPort, workerData } from 'node:worker_threads';
import type { Vector } from '../../batch.ts';
import type { StageSpec } from '../../engine/stage.ts';
import type { ChunkResult } from '../../engine/stage-run.ts';
import { invariant } from '../../errors.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { type ChunkReply, type ChunkRequest, READY } from './messages.ts';
import { openStageRunner } from './stage-runner.ts';

/** What a worker thread does: it runs the stage of one query on the chunks that it is sent, one at a time. */
export function serveStage(): void {
  invariant(parentPort !== null, 'a stage is served by a worker thread');
  const port = parentPort;
  const runner = openStageRunner(workerData as StageSpec, nodeDisk);
  const { signal } = new AbortController();
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: ChunkRequest) => {
    last = last.then(async () => {
      const reply = await run(request);
      port.postMessage(reply, reply.result === null ? [] : buffersOf(reply.result));
    });
  });

  port.postMessage(READY);

  async function run({ id, batch, chunk, spare }: ChunkRequest): Promise<ChunkReply> {
    try {
      return { id, result: await runner.run(batch, chunk, null, signal, spare) };
    } catch {
      return { id, result: null };
    }
  }
}

/** Buffers that are the result's alone: they are handed over, not copied. */
function buffersOf({ output }: ChunkResult): ArrayBuffer[] {
  return output.kind === 'bytes' ? [output.bytes.buffer] : [...new Set(output.vectors.flatMap(buffersOfVector))];
}

function buffersOfVector(vector: Vector): ArrayBuffer[] {
  const own = (array: { readonly buffer: ArrayBufferLike }) => array.buffer as ArrayBuffer;
  const buffers = vector.validity === null ? [] : [own(vector.validity)];
  switch (vector.kind) {
    case 'fixed':
      return [...buffers, own(vector.values)];
    case 'bytes':
      return [...buffers, own(vector.offsets), own(vector.bytes)];
    case 'object':
      return buffers;
    case 'struct':
      return [...buffers, ...vector.children.flatMap(buffersOfVector)];
  }
}
