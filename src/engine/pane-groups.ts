import type { StructVector, Vector } from '../batch.ts';
import type { WindowSpec } from '../plan/physical.ts';
import { WINDOW_TYPE } from '../plan/physical.ts';
import type { Accumulator } from './aggregates/accumulator.ts';
import type { RowAdder } from './aggregates/add-rows.ts';
import { columnCodes } from './keys/column-codes.ts';
import { PairCodes } from './keys/pair-codes.ts';
import { firstNumbers, takeInt32 } from './keys/take.ts';
import { assignWindows } from './operators/window.ts';
import type { KeyColumn } from './row-grouper.ts';

/** Groups summed up: group i has slot i of the accumulators. */
export interface SummedGroups {
  readonly size: number;
  readonly keys: readonly KeyColumn[];
  readonly accumulators: readonly Accumulator[];
}

/**
 * Puts groups of windows together from groups of panes: key column `key`, of panes, becomes one of windows. The groups come in the order in
 * which the rows would have begun them, each row its newest window first, and each takes in its panes in the order of time.
 */
export function groupsOfWindows(
  panes: SummedGroups,
  { key, window }: { readonly key: number; readonly window: WindowSpec },
  adder: RowAdder,
): SummedGroups {
  const perPane = window.durationMicros / window.slideMicros;
  const { values, codes } = panes.keys[key] as KeyColumn;
  const windows = windowsOf(values as StructVector, window);
  const others = panes.keys.toSpliced(key, 1);
  const otherCodes = combined(others, panes.size);

  // Entry `group * perPane + k` is about the k-th newest of the windows that cover the pane of a group.
  const windowCodes = new Int32Array(panes.size * perPane);
  const repeatedOthers = new Int32Array(panes.size * perPane);
  for (let group = 0, i = 0; group < panes.size; group++) {
    const from = (codes[group] as number) * perPane;
    for (let k = 0; k < perPane; k++, i++) {
      windowCodes[i] = windows.codes[from + k] as number;
      repeatedOthers[i] = otherCodes[group] as number;
    }
  }
  const pairs = new PairCodes();
  const groups = pairs.encode(windowCodes, repeatedOthers);
  const { size } = pairs;
  const first = firstEntries(groups, size);
  const keys = others.map((other) => {
    const paneGroups = first.map((entry) => Math.floor(entry / perPane));
    return { values: other.values, codes: takeInt32(other.codes, paneGroups) };
  });
  const windowKey = { values: windows.values, codes: takeInt32(windowCodes, first) };
  return {
    size,
    keys: keys.toSpliced(key, 0, windowKey),
    accumulators: mergedPanes(panes, groups, size, perPane, adder),
  };
}

/** The windows that cover panes, each once, and their codes: at `pane * perPane` those of a pane, newest first. */
function windowsOf(panes: StructVector, window: WindowSpec): KeyColumn {
  const column = columnCodes(WINDOW_TYPE);
  const { windows } = assignWindows(panes.children[0] as Vector, window);
  const codes = column.encode(windows);
  return { values: column.take(firstNumbers(column.size)), codes };
}

/** One code for what each group has in all of these columns. */
function combined(columns: readonly KeyColumn[], size: number): Int32Array {
  const [first, ...more] = columns.map(({ codes }) => codes);
  return more.reduce((left, right) => new PairCodes().encode(left, right), first ?? new Int32Array(size));
}

/** The first entry of each of the groups, which are numbered in the order in which they appear. */
function firstEntries(groups: Int32Array, size: number): Int32Array {
  const first = new Int32Array(size);
  for (let i = 0, found = 0; found < size; i++) if (groups[i] === found) first[found++] = i;
  return first;
}

/** Every window takes in the pane that it begins with first: that pane's newest window is the window itself. */
function mergedPanes(
  { size: paneCount, accumulators: panes }: SummedGroups,
  groups: Int32Array,
  size: number,
  perPane: number,
  adder: RowAdder,
): Accumulator[] {
  const windows = adder.accumulators();
  for (const accumulator of windows) accumulator.grow(size);
  const into = new Int32Array(paneCount);
  for (let k = 0; k < perPane; k++) {
    for (let pane = 0; pane < paneCount; pane++) into[pane] = groups[pane * perPane + k] as number;
    windows.forEach((accumulator, index) => {
      accumulator.merge(into, paneCount, panes[index] as Accumulator);
    });
  }
  return windows;
}
