import type { Int64 } from '../batch.ts';
import type { Times } from './times.ts';

const MAX_BLOCK = 512;
const NONE = -1;

/**
 * Slots in the order of their times, of which no two are equal, in blocks: one is found, entered or removed without a look at most of the others.
 * Times may change as long as the order stays.
 */
export class SortedSlots {
  private readonly blocks: number[][] = [];

  constructor(private readonly times: Times) {}

  /** The last slot whose time is not after `time`; -1: there is none. */
  latestAt(time: Int64): number {
    const block = this.blocks[this.blockAt(time)];
    return block?.[this.placeAt(block, time)] ?? NONE;
  }

  add(slot: number): void {
    const time = this.times.values[slot] as Int64;
    const at = Math.max(0, this.blockAt(time));
    const block = this.blocks[at];
    if (block === undefined) {
      this.blocks.push([slot]);
      return;
    }
    block.splice(this.placeAt(block, time) + 1, 0, slot);
    if (block.length > MAX_BLOCK) this.blocks.splice(at + 1, 0, block.splice(MAX_BLOCK >> 1));
  }

  remove(slot: number): void {
    const time = this.times.values[slot] as Int64;
    const at = this.blockAt(time);
    const block = this.blocks[at] as number[];
    block.splice(this.placeAt(block, time), 1);
    if (block.length === 0) this.blocks.splice(at, 1);
  }

  /** The last block that begins at or before `time`; -1: there is none. */
  private blockAt(time: Int64): number {
    const { values } = this.times;
    return lastWhere(this.blocks.length, (at) => (values[this.blocks[at]?.[0] as number] as Int64) <= time);
  }

  private placeAt(block: readonly number[], time: Int64): number {
    const { values } = this.times;
    return lastWhere(block.length, (at) => (values[block[at] as number] as Int64) <= time);
  }
}

/** The last of the numbers below `length` for which something holds that holds for all before it; -1: for none. */
function lastWhere(length: number, holds: (at: number) => boolean): number {
  let [low, high] = [-1, length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
