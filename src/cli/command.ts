import type { CommandIo } from './io.ts';

/** One option of a command, as data: the parser, the help and the completion are made from it. */
export interface OptionSpec {
  readonly type: 'string' | 'number' | 'boolean';
  readonly describe: string;
  readonly default?: string | number | boolean;
  readonly choices?: readonly string[];
  /** One letter. */
  readonly alias?: string;
  /** What stands for the value in the help: `DIR`, `DURATION`. */
  readonly value?: string;
  /** Heading in the help under which it is listed. */
  readonly group?: string;
}

export interface PositionalSpec {
  readonly name: string;
  readonly describe: string;
  readonly choices?: readonly string[];
  readonly default?: string;
  readonly required?: boolean;
  /** Takes all that follow; then its value is a list. */
  readonly variadic?: boolean;
}

export type OptionTable = Readonly<Record<string, OptionSpec>>;

type ValueOf<O extends OptionSpec> = O['type'] extends 'boolean'
  ? boolean
  : O['type'] extends 'number'
    ? number | (O extends { default: number } ? never : undefined)
    : string | (O extends { default: string } ? never : undefined);

/** The values that a command gets: every option by its name (`args['max-late']`); a boolean that was not given is false. */
export type Arguments<T extends OptionTable> = { readonly [K in keyof T]: ValueOf<T[K]> } & {
  /** By position, defaults filled in. */
  readonly positionals: Readonly<Record<string, string | readonly string[] | undefined>>;
};

export interface Command<T extends OptionTable = OptionTable> {
  readonly name: string;
  readonly describe: string;
  readonly positionals: readonly PositionalSpec[];
  readonly options: T;
  /** [command line, what it does] */
  readonly examples: readonly (readonly [string, string])[];
  /** Checks and runs; resolves to the exit code. Loads what it needs itself, so that help and completion load nothing. */
  run(args: Arguments<T>, io: CommandIo): Promise<number>;
}

/** Gives `run` the types of its options. */
export function defineCommand<const T extends OptionTable>(command: Command<T>): Command {
  return command as unknown as Command;
}
