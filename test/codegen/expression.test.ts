import { describe, expect, test } from '@jest/globals';
import {
  type Batch,
  batchOf,
  type Cell,
  cellAt,
  type ObjectVector,
  toBytesVector,
  type Vector,
} from '../../src/batch.ts';
import {
  compileFilter,
  compileProjection,
  evaluateConstant,
  explainFilter,
  explainProjection,
} from '../../src/codegen/expression.ts';
import { array, BOOLEAN, DOUBLE, field, INT, LONG, STRING, struct } from '../../src/schema.ts';
import { parseSelectItem } from '../../src/sql/parser.ts';
import { resolveExpression } from '../../src/sql/resolve.ts';

const schema = struct([
  field('n', INT),
  field('big', LONG),
  field('x', DOUBLE),
  field('name', STRING),
  field('ok', BOOLEAN),
  field('user', struct([field('id', LONG), field('city', STRING)])),
  field('tags', array(STRING)),
]);
const table: Cell[][] = [
  [1, 10, 1.5, 'ann', true, [7, 'Oslo'], ['a', 'b']],
  [null, 9007199254740993n, Number.NaN, 'été', false, null, []],
  [2147483647, -3, -0, null, null, [null, 'Rome'], null],
];
const options = { timeZone: 'UTC' };
const context = { batchTimeMs: 1_700_000_000_000 };

function typed(sql: string) {
  return resolveExpression(parseSelectItem(sql), { columns: schema.fields, timeZone: 'UTC' });
}

function cells(vector: Vector | undefined): Cell[] {
  if (vector === undefined) throw new Error('no vector');
  return Array.from({ length: vector.length }, (_, row) => cellAt(vector, row));
}

function project(sql: string, batch: Batch = batchOf(schema, table)): Cell[] {
  return cells(compileProjection([typed(sql)], options)(batch, context)[0]);
}

describe('projections', () => {
  test('a column and a struct field are the input vectors themselves', () => {
    const batch = batchOf(schema, table);
    const [n, city] = compileProjection([typed('n'), typed('user.city')], options)(batch, context);
    expect(n).toBe(batch.vectors[0]);
    expect(city).toBe((batch.vectors[5] as Extract<Vector, { kind: 'struct' }>).children[1]);
  });

  test('int arithmetic wraps at 32 bits', () => expect(project('n + 1')).toEqual([2, null, -2147483648]));

  test('a long result is stored in doubles until one value needs 64 bits', () => {
    const run = compileProjection([typed('big + 1')], options);
    const small = batchOf(schema, table.slice(0, 1));
    const wide = batchOf(schema, table);
    expect((run(small, context)[0] as { values: unknown }).values).toBeInstanceOf(Float64Array);
    expect((run(wide, context)[0] as { values: unknown }).values).toBeInstanceOf(BigInt64Array);
    expect(cells(run(wide, context)[0])).toEqual([11, 9007199254740994n, -2]);
  });

  test('a struct of expressions is a struct vector that shares its columns', () => {
    const batch = batchOf(schema, table);
    const [vector] = compileProjection([typed('struct(n, big * 2 AS twice)')], options)(batch, context);
    expect(vector?.kind).toBe('struct');
    expect((vector as Extract<Vector, { kind: 'struct' }>).children[0]).toBe(batch.vectors[0]);
    expect(cells(vector)[0]).toEqual([1, 20]);
  });

  test('strings kept as bytes read like strings', () => {
    const batch = batchOf(schema, table);
    const bytes = toBytesVector(batch.vectors[3] as ObjectVector);
    const asBytes = { ...batch, vectors: batch.vectors.map((vector, i) => (i === 3 ? bytes : vector)) };
    expect(project("name = 'été'", asBytes)).toEqual(project("name = 'été'"));
    expect(project("name = 'été'", asBytes)).toEqual([false, true, null]);
    expect(project("concat(name, '!')", asBytes)).toEqual(['ann!', 'été!', null]);
  });

  test('one projection serves batches of every form', () => {
    const run = compileProjection([typed('coalesce(big, n, 0L) + 1')], options);
    const rows: Cell[][] = [[1, null, 0, '', true, null, null]];
    expect(cells(run(batchOf(schema, table.slice(0, 1)), context)[0])).toEqual([11]);
    expect(cells(run(batchOf(schema, rows), context)[0])).toEqual([2]);
    expect(cells(run(batchOf(schema, table), context)[0])).toEqual([11, 9007199254740994n, -2]);
  });

  test('NaN equals NaN and is the greatest; -0.0 equals 0.0', () => {
    expect(project('x = x')).toEqual([true, true, true]);
    expect(project('x > 1e300')).toEqual([false, true, false]);
    expect(project('x < double("NaN")')).toEqual([true, false, true]);
    expect(project('x = 0D')).toEqual([false, false, true]);
  });

  test('the side that decides spares the other', () => {
    expect(project('ok AND n > 0')).toEqual([true, false, null]);
    expect(project('ok OR n > 0')).toEqual([true, null, true]);
    expect(project("CASE WHEN ok THEN 'yes' WHEN NOT ok THEN 'no' END")).toEqual(['yes', 'no', null]);
    expect(project('if(ok, n, 0)')).toEqual([1, 0, 0]);
  });

  test('lambdas see columns and outer parameters', () => {
    expect(project('transform(tags, t -> concat(t, name))')).toEqual([['aann', 'bann'], [], null]);
    expect(project('transform(array(1, 2), x -> aggregate(array(10, 20), 0, (acc, y) -> acc + x * y))')).toEqual([
      [30, 60],
      [30, 60],
      [30, 60],
    ]);
  });

  test('structs and arrays as values', () => {
    expect(project('user = user')).toEqual([true, null, true]);
    expect(project('tags[1]')).toEqual(['b', null, null]);
    expect(project('array(user).city')).toEqual([['Oslo'], [null], ['Rome']]);
    expect(project('named_struct("a", n).a')).toEqual([1, null, 2147483647]);
  });

  test('the clock is the batch', () => {
    expect(project('current_timestamp()')[0]).toBe(1_700_000_000_000_000);
  });
});

describe('filters', () => {
  test('keep the rows that are true, not those that are null', () => {
    const batch = batchOf(schema, table);
    expect([...compileFilter(typed('n > 0'), options)(batch, context)]).toEqual([0, 2]);
    expect([...compileFilter(typed('ok'), options)(batch, context)]).toEqual([0]);
    expect([...compileFilter(typed('NULL'), options)(batch, context)]).toEqual([]);
    expect([...compileFilter(typed('true'), options)(batch, context)]).toEqual([0, 1, 2]);
  });
});

describe('constants', () => {
  test('are evaluated without a batch', () => {
    expect(evaluateConstant(typed('1 + 2'), options)).toBe(3);
    expect(evaluateConstant(typed('9223372036854775807L + 1'), options)).toBe(-9223372036854775808n);
  });

  test('are folded before code is made, and fail only where there is a row', () => {
    expect(explainProjection([typed('n + (1 + 2)')], options)).toContain('+ 3)');
    const failing = compileProjection([typed("raise_error('no')")], options);
    expect(cells(failing(batchOf(schema, []), context)[0])).toEqual([]);
    expect(() => failing(batchOf(schema, table), context)).toThrow('no');
  });
});

test('the generated code can be read', () => {
  expect(explainFilter(typed('n * 2 > 10 AND ok'), options)).toMatchInlineSnapshot(`
"const in0 = inputs[0].values; // n
const set0 = inputs[0].validity;
const in1 = inputs[1].values; // ok
const set1 = inputs[1].validity;
const kept = new Int32Array(length);
let count = 0;
for (let i = 0; i < length; i++) {
  const t1 = in0[i];
  const n1 = set0[i] === 0;
  const t2 = n1 ? 0 : Math.imul(t1, 2);
  const t3 = n1 ? false : (t2 > 10);
  let t5 = false;
  let n3 = false;
  if (n1 || t3) {
    const t4 = in1[i] === 1;
    const n2 = set1[i] === 0;
    if (n2 || t4) {
      n3 = n1 || n2;
      t5 = !n3;
    }
  }
  if (!n3 && t5) kept[count++] = i;
}
return kept.subarray(0, count);"
`);
  expect(explainProjection([typed('big + 1')], options)).toMatchInlineSnapshot(`
"const { addLong, storeWide } = helpers;
const in0 = inputs[0].values; // big
const set0 = inputs[0].validity;
const values = new Float64Array(length);
let wide = null;
const validity = new Uint8Array(length);
let nulls = 0;
for (let i = 0; i < length; i++) {
  const t1 = in0[i];
  const n1 = set0[i] === 0;
  const t2 = n1 ? 0 : addLong(t1, 1);
  if (n1) nulls++;
  else {
    const result = t2;
    if (wide === null && typeof result === 'number') values[i] = result;
    else wide = storeWide(wide, values, i, result);
    validity[i] = 1;
  }
}
return { values: wide ?? values, validity: nulls === 0 ? null : validity };"
`);
});
