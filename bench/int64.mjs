// What arithmetic on columns of 64-bit integers costs, by how they are held: node bench/int64.mjs
// The decision that rests on it: docs/adr/0002-int64-in-vectors.md.
import { cpus } from 'node:os';

const ROWS = 4096;
const ROUNDS = 500;
const RUNS = 7;
const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** A small generator with a fixed seed, so that all forms see the same numbers. */
function numbers(seed) {
  let state = seed;
  return Array.from({ length: ROWS }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state * 1000 + (state % 1000);
  });
}

const [a, b] = [numbers(1), numbers(2)];
const doubles = [Float64Array.from(a), Float64Array.from(b), new Float64Array(ROWS)];
const bigints = [BigInt64Array.from(a, BigInt), BigInt64Array.from(b, BigInt), new BigInt64Array(ROWS)];

const FORMS = [
  [
    'add, doubles without a guard',
    doubles,
    (x, y, out) => {
      for (let i = 0; i < ROWS; i++) out[i] = x[i] + y[i];
      return out[ROWS - 1];
    },
  ],
  [
    'add, doubles with a guard',
    doubles,
    (x, y, out) => {
      let safe = true;
      for (let i = 0; i < ROWS; i++) {
        const sum = x[i] + y[i];
        if (sum > MAX_SAFE || sum < -MAX_SAFE) safe = false;
        out[i] = sum;
      }
      return safe ? out[ROWS - 1] : Number.NaN;
    },
  ],
  [
    'add, BigInt64Array',
    bigints,
    (x, y, out) => {
      for (let i = 0; i < ROWS; i++) out[i] = BigInt.asIntN(64, x[i] + y[i]);
      return Number(out[ROWS - 1]);
    },
  ],
  [
    'add, doubles through BigInt',
    doubles,
    (x, y, out) => {
      for (let i = 0; i < ROWS; i++) out[i] = Number(BigInt.asIntN(64, BigInt(x[i]) + BigInt(y[i])));
      return out[ROWS - 1];
    },
  ],
  [
    'count by value in a Map, doubles',
    doubles,
    (x) => {
      const counts = new Map();
      for (let i = 0; i < ROWS; i++) counts.set(x[i], (counts.get(x[i]) ?? 0) + 1);
      return counts.size;
    },
  ],
  [
    'count by value in a Map, BigInt64Array',
    bigints,
    (x) => {
      const counts = new Map();
      for (let i = 0; i < ROWS; i++) counts.set(x[i], (counts.get(x[i]) ?? 0) + 1);
      return counts.size;
    },
  ],
  [
    'as text, doubles',
    doubles,
    (x) => {
      let length = 0;
      for (let i = 0; i < ROWS; i++) length += String(x[i]).length;
      return length;
    },
  ],
  [
    'as text, BigInt64Array',
    bigints,
    (x) => {
      let length = 0;
      for (let i = 0; i < ROWS; i++) length += String(x[i]).length;
      return length;
    },
  ],
];

console.log(`node ${process.version}, ${cpus()[0].model}; ${ROUNDS} rounds of ${ROWS} rows, best of ${RUNS}`);
for (const [name, vectors, run] of FORMS) {
  let best = Number.POSITIVE_INFINITY;
  let answer = 0;
  for (let i = 0; i < RUNS; i++) {
    const start = process.hrtime.bigint();
    for (let round = 0; round < ROUNDS / 5; round++) answer = run(...vectors);
    best = Math.min(best, Number(process.hrtime.bigint() - start) / (ROUNDS / 5) / ROWS);
  }
  console.log(`${name.padEnd(40)} ${best.toFixed(1).padStart(6)} ns a row   (${answer})`);
}
