// Contenders at the same work, in turn, several times.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resultLine, runProcess } from './process.js';
import { median } from './statistics.js';

/** Whoever needs less runs so many times as often: short runs are disturbed more, and cost less. */
const QUICK_SECONDS = 5;
const QUICK_FACTOR = 3;

/**
 * Runs every contender once, then every contender again, and so on: what disturbs the machine disturbs all of them. Rounds after the last
 * are for the quick ones alone.
 *
 * @param contenders `{ name, args, program?, env?, fresh?, reports? }`: `fresh` are paths deleted before each run; `reports` says that
 *   the program's last line is JSON with `seconds`, the time of its work without its start
 * @returns per contender: name, median (seconds), seconds (all runs), peakBytes (the highest), inside (median of the reported seconds, or null)
 */
export function contest(contenders, { runs, measuresMemory = true }) {
  const rows = contenders.map(({ name }) => ({ name, seconds: [], peaks: [], inside: [] }));
  for (let run = 0; run < runs * QUICK_FACTOR; run++) {
    contenders.forEach((contender, index) => {
      if (run >= runs && Math.min(...rows[index].seconds) >= QUICK_SECONDS) return;
      for (const path of contender.fresh ?? []) rmSync(path, { recursive: true, force: true });
      settleDisk();
      const { seconds, peakBytes, stdout } = runProcess(contender, measuresMemory);
      const row = rows[index];
      row.seconds.push(seconds);
      if (peakBytes !== null) row.peaks.push(peakBytes);
      if (contender.reports) row.inside.push(resultLine(stdout).seconds);
    });
  }
  return rows.map(({ name, seconds, peaks, inside }) => ({
    name,
    median: median(seconds),
    seconds,
    peakBytes: peaks.length === 0 ? null : Math.max(...peaks),
    inside: inside.length === 0 ? null : median(inside),
  }));
}

/** What the process before left for the disk to write must not be paid for by the fsyncs of the next one. */
export function settleDisk() {
  spawnSync('sync', { stdio: 'ignore' });
}
