import type { Int64 } from '../batch.ts';
import { Times } from './times.ts';

/** Sessions that a batch gave other bounds, or made part of others, as the state has them. */
export class RemovedSessions {
  readonly keys: number[] = [];
  readonly starts = new Times();
  readonly ends = new Times();
  private readonly places = new Map<number, number>();

  add(slot: number, key: number, start: Int64, end: Int64): void {
    const place = this.keys.push(key) - 1;
    this.places.set(slot, place);
    this.starts.set(place, start);
    this.ends.set(place, end);
  }

  /** When the session in a slot began; undefined: it was not removed. */
  startOf(slot: number): Int64 | undefined {
    const place = this.places.get(slot);
    return place === undefined ? undefined : this.starts.values[place];
  }
}
