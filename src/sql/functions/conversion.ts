import {
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  FLOAT,
  formatType,
  INT,
  LONG,
  SHORT,
  STRING,
  TIMESTAMP,
} from '../../schema.ts';
import { castTo } from '../coercion.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount } from './bind.ts';

/** Casts written as functions: the argument is cast when it is bound, so that nothing is left to do. */
export const conversionFunctions: readonly FunctionSpec[] = [
  cast('boolean', BOOLEAN, ['boolean(1)', 'true']),
  cast('tinyint', BYTE, ['tinyint(1)', '1']),
  cast('smallint', SHORT, ['smallint(1)', '1']),
  cast('int', INT, ["int('12')", '12']),
  cast('bigint', LONG, ["bigint('12')", '12']),
  cast('float', FLOAT, ['float(1)', '1.0']),
  cast('double', DOUBLE, ['double(1)', '1.0']),
  cast('decimal', decimal(10, 0), ['decimal(1.4)', '1']),
  cast('date', DATE, ["date('2020-01-01 10:00:00')", '2020-01-01']),
  cast('timestamp', TIMESTAMP, ["timestamp('2020-01-01')", '2020-01-01 00:00:00']),
  cast('string', STRING, ['string(1.50)', '1.50']),
  cast('binary', BINARY, ["hex(binary('abc'))", '616263']),
];

function cast(name: string, type: DataType, example: readonly [string, string]): FunctionSpec {
  return {
    name,
    group: 'conversion',
    usage: `The argument as ${formatType(type)}, as CAST does it.`,
    example,
    bind(args, context) {
      checkCount(context, args, 1, 1);
      const bound = castTo(args[0] as TypedExpr, type);
      return boundTo([bound], type);
    },
    implement: () => ({ kind: 'inline', code: ([value]) => value as string }),
  };
}
