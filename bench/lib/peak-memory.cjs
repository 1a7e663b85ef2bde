// Loaded before a measured Node process (node -r): leaves its peak of resident memory, in bytes, in a file.
const { isMainThread } = require('node:worker_threads');

if (isMainThread && process.env.BENCH_PEAK_FILE !== undefined) {
  const path = process.env.BENCH_PEAK_FILE;
  process.on('exit', () => {
    require('node:fs').writeFileSync(path, String(process.resourceUsage().maxRSS * 1024));
  });
}
