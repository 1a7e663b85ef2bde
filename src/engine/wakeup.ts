import type { Clock } from '../clock.ts';

/** Lets a query sleep, and be woken. */
export class Wakeup {
  private isCalled = false;
  private wake: () => void = () => {};

  constructor(private readonly clock: Clock) {}

  /** Ends the sleep that is going on, and is remembered until `forget`. */
  call(): void {
    this.isCalled = true;
    this.wake();
  }

  get wasCalled(): boolean {
    return this.isCalled;
  }

  forget(): void {
    this.isCalled = false;
  }

  /** Sleeps until it is called, at most `ms` milliseconds; what was called before does not count. */
  async sleep(ms: number): Promise<void> {
    const early = new AbortController();
    this.wake = () => early.abort();
    if (Number.isFinite(ms)) await this.clock.sleep(ms, early.signal);
    else await new Promise<void>((resolve) => early.signal.addEventListener('abort', () => resolve()));
    this.wake = () => {};
  }
}
