import type { Cell, MapCell } from '../../batch.ts';
import { configError, didYouMean } from '../../errors.ts';
import { type DataType, map, STRING } from '../../schema.ts';
import { analysisError } from '../analysis-error.ts';
import type { BindContext } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { constantOf, literal } from './bind.ts';

/** The options of from_json and its relatives: a `map('name', 'value', ...)` of constants; names without regard to case. */
export type TextOptions = ReadonlyMap<string, string>;

export const OPTIONS_TYPE: DataType = map(STRING, STRING);
export const NO_OPTIONS: TypedExpr = literal({ keys: [], values: [] }, OPTIONS_TYPE);

/** The options as a literal, so that `implement` gets them as a constant. */
export function bindOptions(context: BindContext, arg: TypedExpr): TypedExpr {
  if (arg.kind === 'literal' && arg.type.kind === 'map') return arg;
  if (arg.kind !== 'call' || arg.name !== 'map') {
    throw analysisError('INVALID_OPTIONS', `${context.name}: options must be written as map('name', 'value', ...).`);
  }
  const values = arg.args.map((one) => (one.type.kind === 'string' ? constantOf(one) : undefined));
  if (values.some((value) => typeof value !== 'string')) {
    throw analysisError('INVALID_OPTIONS', `${context.name}: names and values of options must be constant strings.`);
  }
  const at = (odd: number): Cell[] => (values as Cell[]).filter((_, i) => i % 2 === odd);
  return literal({ keys: at(0), values: at(1) }, OPTIONS_TYPE);
}

/** Reads the constant that `bindOptions` made; refuses names that are not among `known`. */
export function readOptions(name: string, cell: Cell | undefined, known: readonly string[]): TextOptions {
  const { keys, values } = (cell ?? { keys: [], values: [] }) as MapCell;
  const options = new Map<string, string>();
  keys.forEach((key, i) => {
    const option = key as string;
    const match = known.find((one) => one.toLowerCase() === option.toLowerCase());
    if (match === undefined) {
      throw configError('INVALID_OPTIONS', `${name}: there is no option "${option}".${didYouMean(option, known)}`);
    }
    options.set(match, values[i] as string);
  });
  return options;
}

export function isOn(options: TextOptions, name: string, otherwise = false): boolean {
  const value = options.get(name);
  return value === undefined ? otherwise : value.toLowerCase() === 'true';
}
