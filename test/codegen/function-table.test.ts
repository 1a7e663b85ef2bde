import { describe, expect, test } from '@jest/globals';
import { evaluateConstant } from '../../src/codegen/expression.ts';
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
});
