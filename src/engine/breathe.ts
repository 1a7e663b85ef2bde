/**
 * Lets signals, timers and file events have their turn. All disk access is synchronous, so that a busy query would otherwise keep
 * them out until its end.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Rows between two breaths; a batch counts for at least so many, so that many small ones are not gone through in one go. */
const ROWS_PER_BREATH = 8192;
const LEAST_ROWS = 256;

/** Breathes now and then: a turn of the event loop costs as much as reading a small file. */
export class Breather {
  private rows = 0;

  /** After a batch of `rows` rows. */
  async after(rows: number): Promise<void> {
    this.rows += Math.max(rows, LEAST_ROWS);
    if (this.rows < ROWS_PER_BREATH) return;
    this.rows = 0;
    await breathe();
  }
}
