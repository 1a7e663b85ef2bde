import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes docs/performance.md and its chart from the results of a run. */
export function writeReport(root, report) {
  mkdirSync(join(root, 'docs', 'charts'), { recursive: true });
  const sections = report.results.map(({ name, medians }, index) => {
    const chart = `charts/bench-${index + 1}.svg`;
    writeFileSync(join(root, 'docs', chart), barChart(name, medians));
    const rows = Object.entries(medians).map(
      ([who, seconds]) => `| ${who} | ${seconds.toFixed(3)} | ${(seconds / medians.clickstream).toFixed(2)} |`,
    );
    return [
      `## ${name}`,
      '',
      `![${name}](${chart})`,
      '',
      '| who | seconds (median) | times clickstream |',
      '|---|---|---|',
      ...rows,
      '',
    ].join('\n');
  });
  const text = `# Performance

Whole processes, run in turn in one run, ${report.runs} times each; medians. The outputs were compared and agree. clickstream's figures
include its checkpoint and every fsync; the peers write their output once and promise nothing about a crash.

- Machine: ${report.machine}
- DuckDB: ${report.duckdb} (its Node package, 2 threads)
- Command: \`npm run bench -- --events ${report.events} --runs ${report.runs}\`

${sections.join('\n')}`;
  writeFileSync(join(root, 'docs', 'performance.md'), text);
}

function barChart(title, medians) {
  const entries = Object.entries(medians);
  const longest = Math.max(...Object.values(medians));
  const height = 46 + entries.length * 30;
  const bars = entries.map(([name, seconds], index) => {
    const y = 40 + index * 30;
    const width = Math.max(2, (seconds / longest) * 380);
    const fill = name === 'clickstream' ? '#0b7285' : '#adb5bd';
    return `<text x="100" y="${y + 15}" text-anchor="end">${name}</text><rect x="110" y="${y}" width="${width.toFixed(1)}" height="20" fill="${fill}"/><text x="${(116 + width).toFixed(1)}" y="${y + 15}">${seconds.toFixed(2)} s</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="580" height="${height}" font-family="sans-serif" font-size="13"><rect width="100%" height="100%" fill="#fff"/><text x="10" y="22" font-weight="bold">${title}</text>${bars.join('')}</svg>\n`;
}
