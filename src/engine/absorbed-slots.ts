/** Slots of sessions that became part of others, in the order in which they did. */
export class AbsorbedSlots {
  private readonly into = new Map<number, number>();

  get size(): number {
    return this.into.size;
  }

  add(absorbed: number, slot: number): void {
    this.into.set(absorbed, slot);
  }

  private rootOf(slot: number): number {
    let root = slot;
    for (let next = this.into.get(root); next !== undefined; next = this.into.get(root)) root = next;
    // Those on the way find it at once the next time.
    for (let at = slot; at !== root; ) {
      const next = this.into.get(at) as number;
      this.into.set(at, root);
      at = next;
    }
    return root;
  }

  /** The slots of the sessions that those of slots are part of by now; mostly the same. */
  rootsOf(slots: Int32Array): Int32Array {
    return this.size === 0 ? slots : slots.map((slot) => this.rootOf(slot));
  }

  slots(): Int32Array {
    return Int32Array.from(this.into.keys());
  }

  clear(): void {
    this.into.clear();
  }
}
