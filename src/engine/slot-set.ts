/** Slots of a table, each once, in the order in which they were added. */
export class SlotSet {
  size = 0;
  private list = new Int32Array(64);
  private isIn = new Uint8Array(64);

  /** Negative slots are left out. */
  addAll(slots: Int32Array): void {
    for (const slot of slots) {
      if (slot < 0) continue;
      if (slot >= this.isIn.length) this.reserve(slot + 1);
      if (this.isIn[slot] === 1) continue;
      this.isIn[slot] = 1;
      if (this.size === this.list.length) {
        const list = new Int32Array(this.size * 2);
        list.set(this.list);
        this.list = list;
      }
      this.list[this.size++] = slot;
    }
  }

  private reserve(count: number): void {
    const isIn = new Uint8Array(Math.max(count, this.isIn.length * 2));
    isIn.set(this.isIn);
    this.isIn = isIn;
  }

  slots(): Int32Array {
    return this.list.subarray(0, this.size);
  }
}
