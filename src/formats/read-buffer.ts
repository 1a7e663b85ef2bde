import { sharedKernel } from '../kernel/kernel.ts';
import { INPUT_BYTES, PADDING, ROOM_BYTES } from '../kernel/ops.ts';

/** Bytes of a read: with the record that they complete, one run of the kernel takes them all. */
export const READ_BYTES = INPUT_BYTES - 4096;
/** Bytes in front of them, for the part of a record that was read before. */
export const HEADROOM = ROOM_BYTES - PADDING - READ_BYTES;

/** Buffers that nobody is using: making one takes longer than reading a small file into it. */
const idle: Uint8Array[] = [];
/** More files than this are seldom open at a time. */
const MAX_IDLE = 4;

/**
 * HEADROOM + READ_BYTES bytes to read files into. What is read behind the headroom, and pushed to a decoder with it, need not be copied: the
 * buffer is in the kernel's own memory where there is room.
 */
export function lendBuffer(): Uint8Array {
  return sharedKernel()?.lendRoom() ?? idle.pop() ?? new Uint8Array(HEADROOM + READ_BYTES);
}

/** Takes back what `lendBuffer` gave. */
export function takeBuffer(buffer: Uint8Array): void {
  const kernel = sharedKernel();
  if (kernel?.isRoom(buffer)) kernel.takeBack(buffer);
  else if (idle.length < MAX_IDLE) idle.push(buffer);
}
