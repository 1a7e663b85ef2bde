/**
 * Lets signals, timers and file events have their turn. All disk access is synchronous, so that a busy query would otherwise keep
 * them out until its end.
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
