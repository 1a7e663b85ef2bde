// Seeded click events: the same seed gives the same events on every machine.

/** Milliseconds between two events; each is dated up to 5 s back. */
export const SPACING_MS = 10;
const LATE_MS = 5000;

/** A stream of events. The object that `next` returns is filled anew each time. */
export function eventStream(seed = 42, startMs = Date.UTC(2026, 0, 1)) {
  const random = randomBelow(seed);
  const event = { timeMs: 0, clicks: 0, impressions: 0, quantity: 0, totalPrice: 0, key: 0 };
  let timeMs = startMs;
  return {
    /** `keys`: how many values the key has. */
    next(keys = 1) {
      timeMs += SPACING_MS;
      event.clicks = random(500);
      event.impressions = random(5000);
      event.quantity = random(5);
      event.totalPrice = Math.round(event.quantity * random(10_000)) / 100;
      event.timeMs = timeMs - random(LATE_MS);
      event.key = keys === 1 ? 0 : random(keys);
      return event;
    },
  };
}

/** Whole numbers from 0 to `below` - 1, from the upper bits of a linear congruential generator. */
export function randomBelow(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * below);
  };
}

let dayMs = -1;
let dayText = '';

/** `2026-01-01T00:00:00.000Z`; the day's part is kept, as making it is slow. */
export function timeText(timeMs) {
  const rest = timeMs % 86_400_000;
  if (timeMs - rest !== dayMs) {
    dayMs = timeMs - rest;
    dayText = new Date(dayMs).toISOString().slice(0, 11);
  }
  const seconds = Math.floor(rest / 1000);
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return `${dayText}${two(h)}:${two(m)}:${two(s)}.${String(rest % 1000).padStart(3, '0')}Z`;
}

const two = (number) => (number < 10 ? `0${number}` : String(number));
