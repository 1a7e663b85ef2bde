import type { TriggerLike } from '../index.ts';

/** What task1 and task2 share: how a folder is watched and when batches run. */
export interface StreamSettings {
  readonly checkpoint: string;
  readonly in: string;
  readonly out: string;
  readonly timezone: string;
  readonly maxFilesPerTrigger: number;
  readonly settleMs: number;
  readonly poll: boolean;
  readonly sparkManifest: boolean;
  readonly trigger:
    | { readonly kind: 'default' }
    | { readonly kind: 'availableNow' }
    | { readonly kind: 'processingTime'; readonly intervalMs: number };
}

/** Options of the file source. */
export function sourceOptions({ maxFilesPerTrigger, settleMs, poll }: StreamSettings) {
  return { maxFilesPerTrigger, settle: settleMs, poll };
}

export function triggerOf({ trigger }: StreamSettings): TriggerLike {
  if (trigger.kind === 'processingTime') return { processingTime: `${trigger.intervalMs}ms` };
  return trigger.kind === 'availableNow' ? { availableNow: true } : { processingTime: '0 seconds' };
}
