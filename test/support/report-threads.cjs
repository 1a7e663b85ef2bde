// With `node --require`: writes the number of each worker thread, when it starts, to the file THREADS_FILE.
const { appendFileSync } = require('node:fs');
const { isMainThread, threadId } = require('node:worker_threads');

if (!isMainThread) appendFileSync(process.env.THREADS_FILE, `${threadId}\n`);
