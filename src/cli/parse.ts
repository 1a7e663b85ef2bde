import { type ParseArgsConfig, parseArgs } from 'node:util';
import { didYouMean } from '../errors.ts';
import type { Arguments, Command, OptionSpec, PositionalSpec } from './command.ts';
import { usageError } from './exit-codes.ts';

type Values = Record<string, unknown>;

/**
 * Reads a command line that is plainly right with Node's own parser, in a fraction of the time that loading yargs takes.
 * Null for anything else, help and mistakes included: then yargs decides (with-yargs.ts). What both accept means the same
 * (test/cli/parse.test.ts holds them together).
 */
export function parseFast(command: Command, words: readonly string[]): Arguments<Command['options']> | null {
  const options: NonNullable<ParseArgsConfig['options']> = {};
  for (const [name, spec] of Object.entries(command.options)) {
    options[name] = {
      type: spec.type === 'boolean' ? 'boolean' : 'string',
      multiple: true,
      ...(spec.alias === undefined ? {} : { short: spec.alias }),
    };
  }
  try {
    const parsed = parseArgs({ args: [...words], options, strict: true, allowPositionals: true, allowNegative: true });
    const positionals = placePositionals(command.positionals, parsed.positionals);
    if (positionals === null) return null;
    return finish(command, { ...parsed.values }, positionals);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) return null;
    throw error;
  }
}

function placePositionals(specs: readonly PositionalSpec[], words: readonly string[]): Values | null {
  const placed: Values = {};
  let at = 0;
  for (const spec of specs) {
    if (spec.required && at >= words.length) return null;
    placed[spec.name] = spec.variadic ? words.slice(at) : words[at];
    at = spec.variadic ? words.length : at + 1;
  }
  return at < words.length ? null : placed;
}

/**
 * Values as a command gets them, whichever parser read them: defaults filled in, an option given twice refused, numbers
 * and choices checked.
 *
 * @throws ClickstreamError USAGE
 */
export function finish(command: Command, values: Values, positionals: Values): Arguments<Command['options']> {
  const finished: Values = {};
  for (const [name, spec] of Object.entries(command.options)) {
    finished[name] = optionValue(name, spec, values[name]);
  }
  const placed: Values = {};
  for (const spec of command.positionals) {
    const value = positionals[spec.name] ?? spec.default;
    for (const word of Array.isArray(value) ? value : [value]) checkChoice(spec.name, spec.choices, word);
    placed[spec.name] = value;
  }
  return { ...finished, positionals: placed } as Arguments<Command['options']>;
}

function optionValue(name: string, spec: OptionSpec, given: unknown): unknown {
  const list = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (spec.type === 'boolean') return list.at(-1) ?? spec.default ?? false;
  if (list.length > 1) throw usageError(`--${name} is given ${list.length} times; it takes one value.`);
  const value = list[0];
  if (value === undefined) return spec.default;
  const text = String(value).trim();
  if (text === '') throw usageError(`--${name} needs a value (${spec.describe}).`);
  checkChoice(`--${name}`, spec.choices, text);
  if (spec.type !== 'number') return String(value);
  const number = Number(text);
  if (!Number.isFinite(number)) throw usageError(`--${name} must be a number, found "${text}".`);
  return number;
}

function checkChoice(what: string, choices: readonly string[] | undefined, value: unknown): void {
  if (choices === undefined || value === undefined || choices.includes(value as string)) return;
  throw usageError(
    `${what} must be one of ${choices.join(', ')}, found "${String(value)}".${didYouMean(String(value), choices)}`,
  );
}
