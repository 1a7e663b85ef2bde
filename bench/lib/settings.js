// The command line of the benchmarks.
import { parseArgs } from 'node:util';
import { RESULTS } from './folders.js';

export const USAGE = `npm run bench -- [options]

  --work NAME         only this work; again for more (default: all; --list names them)
  --events N[,N...]   records, instead of each work's own sizes
  --runs N            how often each contender runs (default: 3); three times as often where it takes less than 5 s
  --gigabytes N       size of the large file (default: 5)
  --peers NAME[,...]  of duckdb, naive, polars, spark (default: all that this machine can have)
  --results FILE      where the figures are kept; works that are not run keep theirs (default: bench/results.json)
  --publish DIR       also write performance.md and charts/ into DIR, from that file
  --list              name the works
  --clean             delete made data, installed peers and left-overs`;

const PEERS = ['duckdb', 'naive', 'polars', 'spark'];

/** What the words of a command line ask for. Throws on words that mean nothing. */
export function readSettings(words) {
  const { values } = parseArgs({
    args: words,
    options: {
      work: { type: 'string', multiple: true },
      events: { type: 'string' },
      runs: { type: 'string', default: '3' },
      gigabytes: { type: 'string', default: '5' },
      peers: { type: 'string' },
      results: { type: 'string', default: RESULTS },
      publish: { type: 'string' },
      list: { type: 'boolean', default: false },
      clean: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return {
    ...values,
    works: values.work ?? null,
    events: values.events?.split(',').map((text) => positive('events', text)) ?? null,
    runs: positive('runs', values.runs),
    gigabytes: positive('gigabytes', values.gigabytes),
    peers: new Set(values.peers?.split(',').map(peer) ?? PEERS),
  };
}

function positive(name, text) {
  const value = Number(text.replaceAll('_', ''));
  if (Number.isFinite(value) && value > 0 && (Number.isInteger(value) || name === 'gigabytes')) return value;
  throw new Error(`--${name}: "${text}" is not a number above 0\n\n${USAGE}`);
}

function peer(name) {
  if (PEERS.includes(name)) return name;
  throw new Error(`--peers: "${name}" is none of ${PEERS.join(', ')}`);
}
