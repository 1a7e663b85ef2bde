import type { Trigger } from '../engine/trigger.ts';
import { configError } from '../errors.ts';
import { parseDuration } from '../sql/values/interval.ts';

/** Spark's Trigger, as its Python API writes it. Exactly one field. */
export type TriggerLike =
  | { readonly processingTime: string }
  | { readonly once: true }
  | { readonly availableNow: true }
  | { readonly continuous: string }
  | { readonly manual: true };

const KINDS = ['processingTime', 'availableNow', 'once', 'continuous', 'manual'];

/** Checks a trigger. Errors: OPTION_INVALID. */
export function triggerOf(trigger: TriggerLike): Trigger {
  const given = Object.entries(Object(trigger)).filter(([, value]) => value !== undefined);
  const [kind, value] = given[0] ?? [];
  if (given.length !== 1 || !KINDS.includes(kind as string)) {
    throw configError(
      'OPTION_INVALID',
      `trigger: found ${JSON.stringify(trigger)}. Give exactly one of { processingTime: "10 seconds" }, { availableNow: true }, { once: true }, { continuous: "1 second" }.`,
    );
  }
  if (kind === 'processingTime') {
    const intervalMs = intervalOf(kind, value);
    return intervalMs === 0 ? { kind: 'default' } : { kind, intervalMs };
  }
  if (kind === 'continuous') {
    const intervalMs = intervalOf(kind, value);
    if (intervalMs > 0) return { kind, intervalMs };
    // Spark takes it, and then writes to the checkpoint without a pause.
    throw configError(
      'OPTION_INVALID',
      `trigger: continuous "${value}" is too short: it says how often it is recorded how far the rows came, 1 millisecond at least. Write it as "1 second".`,
    );
  }
  if (value === true) return { kind: kind as 'availableNow' | 'once' | 'manual' };
  throw configError(
    'OPTION_INVALID',
    `trigger: ${kind} is true, or it is left out with the trigger; found ${JSON.stringify(value)}.`,
  );
}

/** Whole milliseconds. */
function intervalOf(name: string, text: unknown): number {
  const interval = typeof text === 'string' ? parseDuration(text) : null;
  const ms = interval?.months === 0 ? interval.days * 86_400_000 + Number(interval.micros) / 1000 : -1;
  if (ms >= 0) return Math.floor(ms);
  throw configError(
    'OPTION_INVALID',
    `trigger: ${name} ${JSON.stringify(text)} is no duration. Write it as "10 seconds" or "10s".`,
  );
}
