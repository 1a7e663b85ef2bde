import { connect } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { batchOf, type Cell } from '../batch.ts';
import type { Clock } from '../clock.ts';
import { ioError } from '../errors.ts';
import { field, type Schema, STRING, struct, TIMESTAMP } from '../schema.ts';
import type { ReadContext, Source } from '../source.ts';

export interface SocketSourceOptions {
  readonly host: string;
  readonly port: number;
  /** Adds the column `timestamp`: when the line arrived. */
  readonly includeTimestamp?: boolean;
}

interface SocketSplit {
  readonly start: number;
  readonly end: number;
}

const ROWS_PER_BATCH = 4096;

/** The schema of a socket source. */
export function socketSchema(includeTimestamp: boolean): Schema {
  return struct(includeTimestamp ? [field('value', STRING), field('timestamp', TIMESTAMP)] : [field('value', STRING)]);
}

/**
 * Lines of text from a TCP server, for trying things out (Spark's TextSocketSource). The offset is the number of lines.
 * A socket cannot be asked twice: lines are kept until their batch is committed, and what was not committed when the process ended is gone
 * (at-most-once after a restart; a replayed batch is then without rows).
 */
export function socketSource(clock: Clock, options: SocketSourceOptions): Source {
  const { host, port, includeTimestamp = false } = options;
  const schema = socketSchema(includeTimestamp);
  let lines: Cell[][] = [];
  /** The offset before `lines[0]`. */
  let base = 0;
  let fixedEnd: number | null = null;
  let failure: Error | null = null;
  let wake = () => {};
  let rest = '';

  const decoder = new StringDecoder('utf8');
  const socket = connect({ host, port });
  const add = (line: string) => {
    const value = line.endsWith('\r') ? line.slice(0, -1) : line;
    lines.push(includeTimestamp ? [value, clock.nowMs() * 1000] : [value]);
  };
  socket.on('data', (chunk) => {
    const parts = (rest + decoder.write(chunk as Buffer)).split('\n');
    rest = parts.pop() ?? '';
    for (const line of parts) add(line);
    if (parts.length > 0) wake();
  });
  socket.on('end', () => {
    rest += decoder.end();
    if (rest !== '') add(rest);
    rest = '';
    wake();
  });
  socket.on('error', (error) => {
    failure = error;
    wake();
  });

  return {
    async initialOffset() {
      return 0;
    },
    async restore(committed) {
      for await (const { offset } of committed) base = offset as number;
    },
    async latestOffset(start) {
      if (failure !== null && lines.length === 0) throw connectionError(host, port, failure);
      return Math.max(start as number, fixedEnd ?? base + lines.length);
    },
    async plan(start, end) {
      return [{ start, end } as SocketSplit];
    },
    async *read(split, context: ReadContext) {
      const { start, end } = split as SocketSplit;
      const from = Math.max(0, start - base);
      for (let at = from; at < end - base; at += ROWS_PER_BATCH) {
        const rows = lines.slice(at, Math.min(at + ROWS_PER_BATCH, end - base));
        if (rows.length === 0) break;
        context.countInput(rows.length);
        yield batchOf(schema, rows);
      }
    },
    async commit(_batchId, offset) {
      lines = lines.slice(Math.max(0, (offset as number) - base));
      base = Math.max(base, offset as number);
    },
    async prepareForAvailableNow() {
      fixedEnd = base + lines.length;
    },
    onData(callback) {
      wake = callback;
    },
    async close() {
      socket.destroy();
    },
  };
}

function connectionError(host: string, port: number, cause: Error): Error {
  return ioError(
    'SOCKET_CONNECTION_FAILED',
    `The socket source cannot read from ${host}:${port}: ${cause.message}. Start the server first (for example "nc -lk ${port}"), then the query.`,
    cause,
  );
}
