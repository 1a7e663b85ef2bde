// The results of works as tables: `{ id, title, unit, rows: [{ who, value, ratio, ...notes }], checked, note }`.

const OURS = 'clickstream';

/**
 * The result of a contest. Ratios are to this product's own time: above 1, it was faster.
 *
 * @param details.checked what was found equal in the outputs
 */
export function timeTable(id, title, results, details) {
  const ours = results.find(({ name }) => name === OURS).median;
  const rows = results.flatMap(({ name, median, seconds, peakBytes, inside }) => [
    { who: name, value: median, ratio: median / ours, runs: seconds, peakBytes },
    ...(inside === null ? [] : [{ who: `${name}, start excluded`, value: inside, ratio: inside / ours }]),
  ]);
  return { id, title, unit: 's', rows, ...details };
}

/** Prints a table for people. */
export function printTable({ title, unit, rows, checked, note }) {
  console.log(`\n${title}`);
  const width = Math.max(...rows.map(({ who }) => who.length));
  for (const row of rows) {
    console.log(`  ${row.who.padEnd(width)}  ${cells(row, unit).join('  ')}`);
  }
  if (checked !== undefined) console.log(`  outputs agree: ${checked}`);
  if (note !== undefined) console.log(`  ${note}`);
}

function cells({ value, ratio, runs, peakBytes }, unit) {
  const texts = [`${valueText(value).padStart(9)} ${unit}`];
  if (ratio !== undefined) texts.push(`${ratio.toFixed(2).padStart(6)} x`);
  if (peakBytes !== undefined && peakBytes !== null) texts.push(`${megabytes(peakBytes).padStart(6)} MB`);
  if (runs !== undefined) texts.push(`(${runs.map(valueText).join(' ')})`);
  return texts;
}

/** Three significant figures, at most three decimals. */
export function valueText(value) {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en');
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3);
}

/** Bytes as whole megabytes. */
export const megabytes = (bytes) => Math.round(bytes / 1e6).toLocaleString('en');

/** Records, for titles. */
export const countText = (count) => count.toLocaleString('en');
