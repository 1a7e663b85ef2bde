import type { Query, Row } from '../conformance/case.ts';

/** A row of the random cases; times in milliseconds. */
export interface ModelRow {
  readonly ts: number | null;
  readonly k: string | null;
  readonly n: number | null;
}

/** A row, and when it leaves the state; `open` rows of a group are kept, and summed anew whenever they are asked for. */
export interface Group {
  readonly key: Readonly<Record<string, unknown>>;
  /** When the watermark closes it, milliseconds; null: never. */
  readonly closesAt: number | null;
  readonly rows: readonly ModelRow[];
}

export interface Session {
  readonly k: string | null;
  readonly start: number;
  readonly end: number;
  readonly rows: readonly ModelRow[];
}

/** Everything that a query remembers from batch to batch. Never changed, only replaced. */
export interface ModelState {
  /** Remembered keys of the deduplication, with their expiry. */
  readonly known: ReadonlyMap<string, number | null>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly sessions: readonly Session[];
  readonly taken: number;
}

export const EMPTY_STATE: ModelState = { known: new Map(), groups: new Map(), sessions: [], taken: 0 };

export interface Watermarks {
  /** Rows at or before it are late. */
  readonly late: number;
  /** State at or before it closes. */
  readonly evict: number;
}

export interface BatchResult {
  readonly rows: readonly Row[];
  readonly state: ModelState;
  /** Rows that came too late; where there are windows, pairs of a row and a window. */
  readonly late: number;
}

/** One batch of a query, in the plainest way (semantics of windows, aggregation, sessions, deduplication and limits). */
export function runModelBatch(
  query: Query,
  input: readonly ModelRow[],
  state: ModelState,
  at: Watermarks,
): BatchResult {
  const hasWatermark = query.watermark !== undefined;
  const deduplicated = deduplicate(query, input, state, at, hasWatermark);
  const { rows, known, late } = deduplicated;
  if (query.limit !== undefined) {
    const kept = rows.slice(0, Math.max(0, query.limit - state.taken));
    return { rows: plainRows(kept), state: { ...state, known, taken: state.taken + kept.length }, late };
  }
  const result = runGrouping(query, rows, { ...state, known }, at, hasWatermark);
  return { ...result, late: late + result.late };
}

function runGrouping(
  query: Query,
  rows: readonly ModelRow[],
  state: ModelState,
  at: Watermarks,
  marked: boolean,
): BatchResult {
  const window = Array.isArray(query.window) ? query.window[0] : query.window;
  if (window?.kind === 'session') return mergeSessions(query, rows, state, at, marked);
  if (query.keys !== undefined) return aggregate(query, rows, state, at, marked);
  return { rows: plainRows(rows), state, late: 0 };
}

function plainRows(rows: readonly ModelRow[]): Row[] {
  return rows.map(({ ts, k, n }) => ({ ts, k, n }));
}

function deduplicate(query: Query, input: readonly ModelRow[], state: ModelState, at: Watermarks, marked: boolean) {
  const { dedup, watermark } = query;
  if (dedup === undefined) return { rows: input, known: state.known, late: 0 };
  const delayMs = (watermark as { delayMs: number } | undefined)?.delayMs ?? 0;
  const columns = (dedup.columns ?? ['ts', 'k', 'n']) as ('ts' | 'k' | 'n')[];
  const known = new Map(state.known);
  const isLate = (row: ModelRow) => marked && row.ts !== null && row.ts <= at.late;
  const rows = input.filter((row) => {
    if (isLate(row)) return false;
    const key = JSON.stringify(columns.map((column) => row[column]));
    if (known.has(key)) return false;
    if (dedup.kind === 'withinWatermark') known.set(key, (row.ts ?? 0) + delayMs);
    else known.set(key, marked && columns.includes('ts') ? row.ts : null);
    return true;
  });
  for (const [key, expires] of known) if (expires !== null && expires <= at.evict) known.delete(key);
  return { rows, known, late: input.filter(isLate).length };
}

function aggregate(
  query: Query,
  rows: readonly ModelRow[],
  state: ModelState,
  at: Watermarks,
  marked: boolean,
): BatchResult {
  const groups = new Map(state.groups);
  const touched = new Set<string>();
  let late = 0;
  for (const row of rows) {
    for (const { key, closesAt } of keysOf(query, row, marked)) {
      if (query.outputMode !== 'complete' && closesAt !== null && closesAt <= at.late) {
        late++;
        continue;
      }
      const text = JSON.stringify(key);
      groups.set(text, { key, closesAt, rows: [...(groups.get(text)?.rows ?? []), row] });
      touched.add(text);
    }
  }
  if (query.window === undefined && query.keys?.length === 0) {
    if (!groups.has('{}')) groups.set('{}', { key: {}, closesAt: null, rows: [] });
    touched.add('{}');
  }
  const all = [...groups];
  const isOld = ({ closesAt }: Group) => closesAt !== null && closesAt <= at.evict;
  const out = {
    complete: () => all,
    update: () => all.filter(([text]) => touched.has(text)),
    append: () => all.filter(([, group]) => isOld(group)),
  }[query.outputMode]();
  const left = query.outputMode === 'complete' ? all : all.filter(([, group]) => !isOld(group));
  return {
    rows: out.map(([, group]) => ({ ...group.key, ...sums(group.rows) })),
    state: { ...state, groups: new Map(left) },
    late,
  };
}

/** The groups of a row: one per window, if it has windows. */
function keysOf(query: Query, row: ModelRow, marked: boolean): { key: Group['key']; closesAt: number | null }[] {
  const { keys = [] } = query;
  const own = Object.fromEntries(keys.map((key) => [key, row[key as 'k' | 'ts' | 'n']]));
  const window = Array.isArray(query.window) ? query.window[0] : query.window;
  if (window === undefined) return [{ key: own, closesAt: marked && keys.includes('ts') ? row.ts : null }];
  const { ts } = row;
  if (ts === null) return [];
  const duration = window.durationMs as number;
  const slide = window.slideMs ?? duration;
  const offset = window.offsetMs ?? 0;
  const found = [];
  // Every window start there could be, tried one by one.
  for (let start = Math.floor((ts - duration) / slide) * slide - slide + offset; start <= ts; start += slide) {
    if (start > ts || ts >= start + duration) continue;
    const key = { window_start: start, window_end: start + duration, ...own };
    found.push({ key, closesAt: marked ? start + duration : null });
  }
  return found;
}

function sums(rows: readonly ModelRow[]): Row {
  const values = rows.flatMap(({ n }) => (n === null ? [] : [n]));
  return {
    c: rows.length,
    s: values.length === 0 ? null : values.reduce((a, b) => a + b, 0),
    lo: values.length === 0 ? null : Math.min(...values),
    hi: values.length === 0 ? null : Math.max(...values),
  };
}

function mergeSessions(
  query: Query,
  rows: readonly ModelRow[],
  state: ModelState,
  at: Watermarks,
  marked: boolean,
): BatchResult {
  const gap = (query.window as { gapMs: number }).gapMs;
  const timed = rows.filter((row) => row.ts !== null) as (ModelRow & { ts: number })[];
  const fresh = timed
    .filter((row) => !marked || row.ts + gap > at.late)
    .map((row): Session => ({ k: row.k, start: row.ts, end: row.ts + gap, rows: [row] }));
  const merged: Session[] = [];
  for (const piece of [...state.sessions, ...fresh].sort((a, b) => a.start - b.start)) {
    const last = merged.findLast((session) => session.k === piece.k);
    if (last === undefined || piece.start > last.end) merged.push(piece);
    else {
      const end = Math.max(last.end, piece.end);
      merged[merged.indexOf(last)] = { ...last, end, rows: [...last.rows, ...piece.rows] };
    }
  }
  const closes = (session: Session) => query.outputMode !== 'complete' && marked && session.end <= at.evict;
  const out = query.outputMode === 'complete' ? merged : merged.filter(closes);
  return {
    rows: out.map((s) => ({ window_start: s.start, window_end: s.end, k: s.k, ...sums(s.rows) })),
    state: { ...state, sessions: merged.filter((session) => !closes(session)) },
    late: timed.length - fresh.length,
  };
}

/** Rows in the state, over all its operators. */
export function stateSize(query: Query, state: ModelState): number {
  return state.known.size + state.groups.size + state.sessions.length + (query.limit === undefined ? 0 : 1);
}
