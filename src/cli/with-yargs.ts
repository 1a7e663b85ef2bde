import yargs, { type Argv, type Options } from 'yargs';
import { didYouMean } from '../errors.ts';
import type { Arguments, Command, OptionSpec, PositionalSpec } from './command.ts';
import { usageError } from './exit-codes.ts';
import { finish } from './parse.ts';

export type YargsOutcome =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'run'; readonly command: Command; readonly args: Arguments<Command['options']> };

/**
 * Reads a command line with yargs: help, completion, and the exact words for a mistake.
 *
 * @param commands those that the help is to list, loaded
 * @throws ClickstreamError USAGE
 */
export function parseWithYargs(
  words: readonly string[],
  commands: readonly Command[],
  version: string,
  columns: number,
): YargsOutcome {
  let outcome: YargsOutcome | null = null;
  let output = '';
  const parser = yargs()
    .scriptName('clickstream')
    .locale('en')
    .updateStrings({ string: 'value' })
    .exitProcess(false)
    .usage('clickstream: Spark Structured Streaming in one Node process\n\nUsage: $0 <command> [options]')
    .version(version)
    .alias('version', 'V')
    .help()
    .alias('help', 'h')
    .completion('completion', 'print a completion script for bash or zsh')
    .strict()
    .demandCommand(1, 'Name a command; `clickstream --help` lists them.')
    .wrap(Math.min(110, columns))
    .fail((message, error) => {
      throw error instanceof Error && !message ? error : usageError(plainMessage(message, words, commands));
    });
  for (const command of commands) {
    parser.command({
      command: commandLine(command),
      describe: command.describe,
      builder: (options) => addOptions(options, command),
      handler: (values) => {
        outcome = { kind: 'run', command, args: finish(command, values, values) };
      },
    });
  }
  parser.parse([...words], {}, (_error, _values, text) => {
    output = text;
  });
  return outcome ?? { kind: 'text', text: output.endsWith('\n') ? output : `${output}\n` };
}

/**
 * Prints the words that may follow what was typed so far, one a line, and ends the process: yargs answers the shell
 * only so, since it parses its own words again inside a command.
 */
export function printCompletions(words: readonly string[], commands: readonly Command[]): void {
  const parser = yargs(['--get-yargs-completions', ...words])
    .scriptName('clickstream')
    .locale('en')
    .completion('completion', false)
    .help();
  for (const command of commands) {
    parser.command(commandLine(command), command.describe, (options: Argv) => addOptions(options, command));
  }
  parser.parse();
}

function commandLine(command: Command): string {
  return [command.name, ...command.positionals.map(positionalUsage)].join(' ');
}

function positionalUsage(spec: PositionalSpec): string {
  const name = spec.variadic ? `${spec.name}..` : spec.name;
  return spec.required ? `<${name}>` : `[${name}]`;
}

function addOptions(parser: Argv, command: Command): Argv {
  for (const spec of command.positionals) {
    parser.positional(spec.name, {
      type: 'string',
      describe: spec.describe,
      ...(spec.choices ? { choices: spec.choices } : {}),
      ...(spec.default === undefined ? {} : { default: spec.default }),
    });
  }
  for (const [name, spec] of Object.entries(command.options)) parser.option(name, yargsOption(spec));
  for (const [line, meaning] of command.examples) parser.example(line, meaning);
  return parser;
}

/** Numbers are read as text, and by `finish`: yargs would take a blank for 0 and hand on NaN. The help says `value` for both. */
function yargsOption(spec: OptionSpec): Options {
  return {
    type: spec.type === 'boolean' ? 'boolean' : 'string',
    describe: spec.value === undefined ? spec.describe : `${spec.describe} (${spec.value})`,
    requiresArg: spec.type !== 'boolean',
    ...(spec.default === undefined ? {} : { defaultDescription: String(spec.default) }),
    ...(spec.choices ? { choices: spec.choices } : {}),
    ...(spec.alias ? { alias: spec.alias } : {}),
    ...(spec.group ? { group: `${spec.group}:` } : {}),
  };
}

function plainMessage(message: string, words: readonly string[], commands: readonly Command[]): string {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/.exec(message)?.[1];
  if (unknown !== undefined) {
    const command = commands.find(({ name }) => name === words[0]);
    // yargs names an unknown option in camel case too; the one that was typed comes first.
    return unknownWord(unknown.split(', ')[0] as string, words, command);
  }
  const missing = /^Not enough arguments following: (.*)$/.exec(message)?.[1];
  if (missing !== undefined) return `--${missing} needs a value.`;
  const command = commands.find(({ name }) => name === words[0]);
  if (command !== undefined && message.startsWith('Not enough non-option arguments')) {
    return `${command.name} needs more words: clickstream ${commandLine(command)}; see \`clickstream ${command.name} --help\`.`;
  }
  return message;
}

function unknownWord(word: string, words: readonly string[], command: Command | undefined): string {
  if (words.includes(word)) {
    const what = command === undefined ? '' : ` Options begin with --; see \`clickstream ${command.name} --help\`.`;
    return `unexpected argument "${word}".${what}`;
  }
  const names = Object.keys(command?.options ?? {});
  const dashes = word.length === 1 ? '-' : '--';
  const nearest = didYouMean(word, names).replace('"', '"--');
  return `unknown option ${dashes}${word}.${nearest}`;
}
