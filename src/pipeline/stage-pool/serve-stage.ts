import { parentPort, workerData } from 'node:worker_threads';
import type { Vector } from '../../batch.ts';
import type { StageSpec } from '../../engine/stage.ts';
import type { ChunkResult } from '../../engine/stage-run.ts';
import { invariant } from '../../errors.ts';
import { encodeColumns } from '../../formats/parquet/encode-columns.ts';
import { nodeDisk } from '../../fs/node-disk.ts';
import { READY, type WorkerReply, type WorkerRequest } from './messages.ts';
import { openStageRunner } from './stage-runner.ts';

/** What a worker thread does: it runs the stage of one query on the chunks that it is sent, and encodes columns, one request at a time. */
export function serveStage(): void {
  invariant(parentPort !== null, 'a stage is served by a worker thread');
  const port = parentPort;
  const runner = openStageRunner(workerData as StageSpec, nodeDisk);
  const { signal } = new AbortController();
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(async () => {
      const { reply, handedOver } = await answer(request);
      port.postMessage(reply, handedOver);
    });
  });

  port.postMessage(READY);

  async function answer(request: WorkerRequest): Promise<{ reply: WorkerReply; handedOver: ArrayBuffer[] }> {
    const { id } = request;
    try {
      if (request.kind === 'columns') {
        const result = encodeColumns(request.columns);
        return { reply: { id, result }, handedOver: result.flatMap((column) => column?.bytes.buffer ?? []) };
      }
      const result = await runner.run(request.batch, request.chunk, null, signal, request.spare);
      return { reply: { id, result }, handedOver: buffersOf(result) };
    } catch {
      return { reply: { id, result: null }, handedOver: [] };
    }
  }
}

/** Buffers that are the result's alone: they are handed over, not copied. */
function buffersOf({ output }: ChunkResult): ArrayBuffer[] {
  if (output.kind === 'bytes') return [output.bytes.buffer];
  const { vectors, encoded } = output;
  return [...new Set(vectors.flatMap(buffersOfVector)), ...(encoded ? [encoded.bytes.buffer] : [])];
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
