import type { Cell } from '../../batch.ts';
import { BOOLEAN, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { checkCount, constantOf, implicitArgs, literal } from './bind.ts';
import { scalar } from './define.ts';
import { charsOf } from './text-cells.ts';

const MASK_DEFAULTS = [literal('X', STRING), literal('x', STRING), literal('n', STRING), literal(null, STRING)];

/** Functions that hide or check what a text says. */
export const stringMaskFunctions: readonly FunctionSpec[] = [
  {
    name: 'mask',
    group: 'string',
    usage:
      'Upper case letters, lower case letters, digits and other characters each replaced by one character; null keeps them.',
    example: ["mask('abcd-EFGH-8765')", 'xxxx-XXXX-nnnn'],
    bind(args, context) {
      checkCount(context, args, 1, 5);
      const all = [...args, ...MASK_DEFAULTS.slice(args.length - 1)];
      const bound = implicitArgs(context, all, ['string', 'string', 'string', 'string', 'string']);
      bound.slice(1).forEach((arg, i) => {
        const value = constantOf(arg);
        if (value === undefined || (value !== null && charsOf(value as string).length !== 1)) {
          throw analysisError(
            'DATATYPE_MISMATCH',
            `${context.name}: argument ${i + 2} must be a constant of one character.`,
          );
        }
      });
      return { args: bound, type: STRING, nullable: (bound[0] as TypedExpr).nullable };
    },
    implement: () => ({ kind: 'call', fn: mask, nulls: 'see', mayBeNull: true }),
  },
  scalar('string', {
    name: 'luhn_check',
    usage: 'Whether a text of digits passes the Luhn check, as card numbers do.',
    example: ["luhn_check('8112189876')", 'true'],
    takes: ['string'],
    returns: BOOLEAN,
    run: luhnCheck,
  }),
];

function mask(text: string | null, ...by: (string | null)[]): Cell {
  if (text === null) return null;
  const [upper, lower, digit, other] = by;
  const replace = (char: string): string => {
    if (/^\p{Lu}$/u.test(char)) return upper ?? char;
    if (/^\p{Ll}$/u.test(char)) return lower ?? char;
    if (/^\p{Nd}$/u.test(char)) return digit ?? char;
    return other ?? char;
  };
  return charsOf(text).map(replace).join('');
}

function luhnCheck(text: string): boolean {
  if (!/^\d+$/.test(text)) return false;
  let sum = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(text.length - 1 - i) - 48;
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
