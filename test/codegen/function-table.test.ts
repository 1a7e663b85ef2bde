import { describe, expect, test } from '@jest/globals';
import { evaluateConstant } from '../../src/codegen/expression.ts';
import {
  array,
  BOOLEAN,
  DATE,
  DOUBLE,
  decimal,
  field,
  LONG,
  map,
  STRING,
  struct,
  TIMESTAMP,
} from '../../src/schema.ts';
import { AnalysisError } from '../../src/sql/analysis-error.ts';
import type { Expr } from '../../src/sql/ast.ts';
import { FUNCTIONS, functionNames, lookupFunction } from '../../src/sql/functions/table.ts';
import { parseExpression } from '../../src/sql/parser.ts';
import { resolveExpression } from '../../src/sql/resolve.ts';
import { hiveText } from '../../src/sql/values/text.ts';

const timeZone = 'UTC';

describe('every row of the table', () => {
  test.each(FUNCTIONS.map((spec) => [spec.example[0], spec.example[1]]))('%s gives %s', (sql, expected) => {
    const typed = resolveExpression(parseExpression(sql), { columns: [], timeZone });
    const cell = evaluateConstant(typed, { timeZone }, { batchTimeMs: Date.UTC(2024, 0, 2, 11, 4, 5) });
    expect(hiveText(typed.type, timeZone)(cell)).toBe(expected);
  });

  test('is found by its names, case aside', () => {
    const names = FUNCTIONS.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])]);
    expect(functionNames()).toEqual([...names].sort());
    expect(names.filter((name) => name !== name.toLowerCase())).toEqual([]);
    expect(lookupFunction('UPPER')?.name).toBe('upper');
    expect(lookupFunction('nothing')).toBeUndefined();
  });

  test('takes any arguments, or refuses them with a reason', () => {
    const types = [LONG, DOUBLE, STRING, BOOLEAN, DATE, TIMESTAMP, decimal(10, 2), array(LONG), map(STRING, LONG)];
    const columns = [...types, array(struct([field('x', LONG)]))].map((type, i) => ({
      name: `c${i}`,
      type,
      nullable: true,
    }));
    const mistakes = new Set<string>();
    for (const name of functionNames()) {
      for (let count = 0; count < 5; count++) {
        for (let shift = 0; shift < 2 * columns.length; shift++) {
          // All of one type, or each of another.
          const step = shift % 2;
          const args = Array.from({ length: count }, (_, i): Expr => {
            const column = ((shift >> 1) + step * i) % columns.length;
            return { kind: 'name', parts: [`c${column}`] };
          });
          try {
            resolveExpression({ kind: 'call', name, args }, { columns, timeZone });
          } catch (error) {
            if (!(error instanceof AnalysisError)) mistakes.add(`${name} of ${count}: ${error}`);
          }
        }
      }
    }
    expect([...mistakes]).toEqual([]);
  });
});
