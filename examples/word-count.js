// Word count over a socket: every line is split into words, and the running counts are shown after every batch (complete mode).
// Without arguments a small server on this machine sends a few lines; with a port, `nc -lk 9999` is the other side:
//
//   node examples/word-count.js [PORT]
import { once } from 'node:events';
import { createServer } from 'node:net';
import { col, count, explode, readStream, split } from '@clickstream-etl/clickstream';

const LINES = ['to be or not to be', 'that is the question', 'to do is to be'];

const given = process.argv[2];
const server = given === undefined ? createServer((socket) => socket.write(`${LINES.join('\n')}\n`)) : null;
if (server !== null) await once(server.listen(0, '127.0.0.1'), 'listening');
const port = server === null ? Number(given) : server.address().port;

const words = readStream
  .format('socket')
  .options({ host: '127.0.0.1', port })
  .load()
  .select(explode(split('value', '\\s+')).as('word'));

const query = await words
  .where("word <> ''")
  .groupBy('word')
  .agg(count().as('count'))
  .orderBy(col('count').desc(), 'word')
  .writeStream.outputMode('complete')
  .format('console')
  .start();

if (server !== null) {
  let lines = 0;
  query.onProgress(({ numInputRows }) => {
    lines += numInputRows;
    if (lines === LINES.length) void query.stop();
  });
}
await query.awaitTermination();
server?.close();
