// Charts as SVG text.
import { valueText } from './tables.js';

const OURS = '#0b7285';
const THEIRS = '#adb5bd';
const FONT = 'font-family="sans-serif" font-size="13"';

/** Bars, one per row: `{ title, unit, rows: [{ who, value }] }`. */
export function barChart({ title, unit, rows }) {
  const left = 20 + 7 * Math.max(...rows.map(({ who }) => who.length));
  const longest = Math.max(...rows.map(({ value }) => value));
  const bars = rows.map(({ who, value }, index) => {
    const y = 40 + index * 30;
    const width = Math.max(2, (value / longest) * 340);
    const fill = who.startsWith('clickstream') ? OURS : THEIRS;
    return [
      text(left - 10, y + 15, who, 'text-anchor="end"'),
      `<rect x="${left}" y="${y}" width="${width.toFixed(1)}" height="20" fill="${fill}"/>`,
      text(left + width + 6, y + 15, `${valueText(value)} ${unit}`),
    ].join('');
  });
  return svg(left + 340 + 110, 46 + rows.length * 30, title, bars);
}

/** Lines over sizes, both axes logarithmic: rows are `{ series, at, value }`. */
export function lineChart({ title, unit, rows }) {
  const [width, height, left, top] = [620, 300, 70, 40];
  const x = scale(
    rows.map(({ at }) => at),
    left,
    width - 130,
  );
  const y = scale(
    rows.map(({ value }) => value),
    height - 40,
    top + 10,
  );
  const series = [...new Set(rows.map((row) => row.series))];
  const parts = series.flatMap((name) => {
    const own = rows.filter((row) => row.series === name);
    const colour = name === 'clickstream' ? OURS : THEIRS;
    const points = own.map((row) => `${x(row.at).toFixed(1)},${y(row.value).toFixed(1)}`);
    const last = own.at(-1);
    return [
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...own.map(
        (row) => `<circle cx="${x(row.at).toFixed(1)}" cy="${y(row.value).toFixed(1)}" r="3" fill="${colour}"/>`,
      ),
      text(x(last.at) + 8, y(last.value) + 4, `${name} ${valueText(last.value)}`),
    ];
  });
  const sizes = [...new Set(rows.map(({ at }) => at))];
  const labels = sizes.map((size) => text(x(size), height - 14, shortCount(size), 'text-anchor="middle"'));
  const values = rows.map((row) => row.value);
  const ends = [Math.min(...values), Math.max(...values)].map((value) =>
    text(left - 12, y(value) + 4, valueText(value), 'text-anchor="end"'),
  );
  return svg(width, height, `${title}, ${unit}`, [...parts, ...labels, ...ends]);
}

function scale(values, from, to) {
  const [low, high] = [Math.log(Math.min(...values)), Math.log(Math.max(...values))];
  return (value) => from + ((Math.log(value) - low) / (high - low || 1)) * (to - from);
}

function shortCount(count) {
  return count >= 1e6 ? `${count / 1e6} M` : `${count / 1e3} k`;
}

function text(x, y, content, more = '') {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${escapeXml(content)}</text>`;
}

function svg(width, height, title, parts) {
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  const head = `<rect width="100%" height="100%" fill="#fff"/><text x="10" y="22" font-weight="bold">${escapeXml(title)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" ${size} ${FONT}>${head}${parts.join('')}</svg>\n`;
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
