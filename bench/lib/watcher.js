// A query of this product that runs beside the benchmark and tells of each batch.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { COMMAND, ROOT } from './folders.js';

/**
 * Starts a command with `--json`: one line per committed batch.
 *
 * @returns `nextBatch()`: resolves with `{ progress, atMs }` of the next batch that was not asked for yet, or null at the end;
 *   `stop()`: ends the command and waits for it
 */
export function startQuery(words) {
  const child = spawn(process.execPath, [COMMAND, ...words, '--json', '--quiet'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const batches = [];
  let wake = () => {};
  let isOver = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    batches.push({ progress: JSON.parse(line), atMs: performance.now() });
    wake();
  });
  const ended = new Promise((resolve, reject) => {
    child.on('close', (code) => {
      isOver = true;
      wake();
      if (code === 0) resolve();
      else reject(new Error(`${words.join(' ')} ended with ${code}`));
    });
  });
  ended.catch(() => {}); // told by stop()
  return {
    async nextBatch() {
      while (batches.length === 0 && !isOver) await new Promise((resolve) => (wake = resolve));
      return batches.shift() ?? null;
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
