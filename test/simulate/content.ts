import type { ModelRow } from '../model/model-query.ts';
import { randomRow } from '../model/random-case.ts';
import type { Dice } from '../support/dice.ts';
import type { InputShape } from './pipeline.ts';

/** What a part of a file is: a row, a record that does not fit, or nothing (white space, a header, a bracket). */
export type Truth = ModelRow | 'bad' | null;

/** A file's bytes in order, each part with what it means. */
export interface Content {
  readonly text: string;
  /** Without those that mean nothing. */
  readonly records: readonly (ModelRow | 'bad')[];
  /** Where the file may be cut so that what is left has a meaning we know: its length, and its records. */
  readonly cuts: readonly { readonly length: number; readonly records: readonly (ModelRow | 'bad')[] }[];
}

interface Part {
  readonly text: string;
  readonly truth: Truth;
  /** How much of its beginning, alone, is a record that does not fit; 0 when no cut within it has a meaning we know. */
  readonly cutAt: number;
}

/** A random file: rows around a time, late ones, broken ones, in one of the forms that producers write. */
export function randomContent(dice: Dice, shape: InputShape, nowMs: number): Content {
  const truths = Array.from({ length: dice.pick([0, 1, 2, 3, 5, 8]) }, () =>
    dice.chance(0.1) ? ('bad' as const) : rowFor(dice, shape, nowMs),
  );
  if (shape.format === 'csv') return contentOf(csvParts(dice, shape, truths));
  return dice.chance(0.4) ? arrayContent(dice, shape, truths) : contentOf(lineParts(dice, shape, truths));
}

function rowFor(dice: Dice, { columns }: InputShape, nowMs: number): ModelRow {
  const row = randomRow(dice, nowMs);
  // Click events must have a time and a number.
  return columns === 'clicks' ? { ts: row.ts ?? nowMs, k: null, n: row.n ?? 0 } : row;
}

function contentOf(parts: readonly Part[]): Content {
  const cuts: { length: number; records: (ModelRow | 'bad')[] }[] = [];
  const records: (ModelRow | 'bad')[] = [];
  let text = '';
  for (const part of parts) {
    if (part.cutAt > 0)
      cuts.push({ length: bytesOf(text + part.text.slice(0, part.cutAt)), records: [...records, 'bad'] });
    text += part.text;
    if (part.truth !== null) records.push(part.truth);
    cuts.push({ length: bytesOf(text), records: [...records] });
  }
  return { text, records, cuts };
}

function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function lineParts(dice: Dice, shape: InputShape, truths: readonly Truth[]): Part[] {
  const end = dice.pick(['\n', '\n', '\r\n']);
  const lastEnd = dice.chance(0.8) ? end : '';
  return truths.flatMap((truth, index): Part[] => {
    const text = truth === 'bad' ? badJson(dice, shape, true) : jsonText(dice, shape, truth as ModelRow);
    // Half an object is no object, wherever it ends.
    const cutAt = text.startsWith('{') ? dice.between(1, text.length - 1) : 0;
    const part = { text: text + (index === truths.length - 1 ? lastEnd : end), truth, cutAt };
    return dice.chance(0.1) ? [{ text: ` ${end}`, truth: null, cutAt: 0 }, part] : [part];
  });
}

/** An array is cut only by its producer's mistake, which other tests look at: it is delivered whole. */
function arrayContent(dice: Dice, shape: InputShape, truths: readonly (ModelRow | 'bad')[]): Content {
  const texts = truths.map((truth) => (truth === 'bad' ? badJson(dice, shape, false) : jsonText(dice, shape, truth)));
  const text = `[${dice.pick(['', '\n'])}${texts.join(dice.pick([',', ', ', ',\n']))}]${dice.pick(['', '\n'])}`;
  return { text, records: truths, cuts: [] };
}

function jsonText(dice: Dice, { columns }: InputShape, row: ModelRow): string {
  const ts = row.ts === null ? null : new Date(row.ts).toISOString();
  const fields: [string, unknown][] =
    columns === 'clicks'
      ? [
          ['Analytics', { Clicks: row.n, Impressions: 10 }],
          ['Sales', { Quantity: 2, Total_Price: priceOf(row.n as number) }],
          ['Datetime', ts],
        ]
      : [
          ['ts', ts],
          ['k', row.k],
          ['n', row.n],
        ];
  const kept = columns === 'clicks' ? fields : fields.filter(([, value]) => value !== null || dice.chance(0.5));
  const ordered = dice.chance(0.2) ? dice.shuffle(kept) : kept;
  const all = dice.chance(0.1) ? [...ordered, ['more', { a: ['\u00e9\n', 1e3] }] as [string, unknown]] : ordered;
  const text = JSON.stringify(Object.fromEntries(all));
  return dice.chance(0.15) ? text.replaceAll('":', '" : ') : text;
}

/** What the tasks' price is, so that sums of it are exact in binary. */
export function priceOf(n: number): number {
  return n / 4 + 100.25;
}

function badJson(dice: Dice, { columns }: InputShape, isLine: boolean): string {
  const wellFormed =
    columns === 'clicks'
      ? ['{"Analytics":{"Clicks":1}}', '{"Datetime":"yesterday"}']
      : ['{"ts":"yesterday"}', '{"n":"many"}'];
  // A record that is not closed may take the next line with it, so these are.
  return dice.pick([...wellFormed, ...(isLine ? ['{no JSON}', '{"ts": ,}'] : ['7'])]);
}

function csvParts(dice: Dice, { columns }: InputShape, truths: readonly Truth[]): Part[] {
  const end = dice.pick(['\n', '\n', '\r\n']);
  const header = columns === 'clicks' ? 'datetime,clicks,impressions,quantity,total_price' : 'ts,k,n';
  const lines = truths.map((truth): Part => {
    const text = truth === 'bad' ? badCsv(dice, columns) : csvText(dice, columns, truth as ModelRow);
    // With a column missing it does not fit; within the last column it might.
    const columnsEnd = text.lastIndexOf(',');
    return { text: text + end, truth, cutAt: columnsEnd > 1 ? dice.between(1, columnsEnd - 1) : 0 };
  });
  const last = lines.at(-1);
  if (last !== undefined && dice.chance(0.2)) lines[lines.length - 1] = { ...last, text: last.text.trimEnd() };
  return [{ text: header + end, truth: null, cutAt: 0 }, ...lines];
}

function csvText(dice: Dice, columns: InputShape['columns'], { ts, k, n }: ModelRow): string {
  const time = ts === null ? '' : new Date(ts).toISOString();
  const cells = columns === 'clicks' ? [time, n, 10, 2, priceOf(n as number)] : [time, k ?? '', n ?? ''];
  return cells.map((cell) => (cell !== '' && dice.chance(0.1) ? `"${cell}"` : String(cell))).join(',');
}

function badCsv(dice: Dice, columns: InputShape['columns']): string {
  const rest = columns === 'clicks' ? '1,10,2,1.5' : 'x,1';
  return dice.pick([`yesterday,${rest}`, 'alone', `1970-01-01T00:00:00Z,${rest.replace(/[\d.]+$/, 'many')}`]);
}
