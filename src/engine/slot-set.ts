import { growInt32, growUint8 } from './aggregates/accumulator.ts';

/** Slots of a table, each once, in the order in which they were added. */
export class SlotSet {
  size = 0;
  private list = new Int32Array(64);
  private isIn = new Uint8Array(64);

  /** Negative slots are left out. */
  addAll(slots: Int32Array): void {
    this.reserve(slots);
    const { isIn, list } = this;
    let { size } = this;
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot < 0 || isIn[slot] === 1) continue;
      isIn[slot] = 1;
      list[size++] = slot;
    }
    this.size = size;
  }

  /** Makes room for all of them. */
  private reserve(slots: Int32Array): void {
    let last = -1;
    for (let i = 0; i < slots.length; i++) if ((slots[i] as number) > last) last = slots[i] as number;
    if (last >= this.isIn.length) this.isIn = growUint8(this.isIn, Math.max(last + 1, this.isIn.length * 2));
    const most = this.size + slots.length;
    if (most > this.list.length) this.list = growInt32(this.list, Math.max(most, this.list.length * 2));
  }

  slots(): Int32Array {
    return this.list.subarray(0, this.size);
  }
}
