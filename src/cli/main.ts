import { readFileSync } from 'node:fs';
import { didYouMean } from '../errors.ts';
import type { Command } from './command.ts';
import { COMMANDS } from './commands.ts';
import { EXIT_CODES, exitCodeOf, usageError } from './exit-codes.ts';
import { type CommandIo, processIo } from './io.ts';
import { packageFile } from './package-file.ts';
import { parseFast } from './parse.ts';
import { reportError } from './report-error.ts';

/** The command line, from its words (without `node` and the script) to the process's exit code. */
export async function main(words: readonly string[]): Promise<void> {
  const io = processIo();
  // A reader that went away (`clickstream ... | head`) is no error of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(EXIT_CODES.done);
    throw error;
  });
  process.exitCode = await runCommandLine(words, io);
}

/** As `main`, but tells the exit code instead of setting it. */
export async function runCommandLine(words: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(words, io);
  } catch (error) {
    reportError(error, io, words.includes('--verbose'));
    return exitCodeOf(error);
  }
}

/** What the worker threads of a command run: they load the same script. */
export async function serveStage(): Promise<void> {
  (await import('../pipeline/stage-pool/serve-stage.ts')).serveStage();
}

/** What the processes of `selftest crash` do; called by a script of the build that stands for crash-child.ts. */
export async function crashRun(request: string): Promise<void> {
  await (await import('../pipeline/testing/crash/crash-run.ts')).crashRun(request);
}

async function dispatch(words: readonly string[], io: CommandIo): Promise<number> {
  const [first, ...rest] = words;
  if (first === '--version' || first === '-V') {
    io.stdout.write(`${packageVersion()}\n`);
    return EXIT_CODES.done;
  }
  if (first === '--get-yargs-completions') {
    (await import('./with-yargs.ts')).printCompletions(rest, await loadAll());
    return EXIT_CODES.done;
  }
  if (first === 'help') return withYargs([...rest, '--help'], io);
  if (first === undefined) {
    await withYargs(['--help'], { ...io, stdout: io.stderr });
    return EXIT_CODES.usage;
  }
  if (first === 'completion' || first === '--help' || first === '-h') return withYargs(words, io);
  const load = Object.hasOwn(COMMANDS, first) ? COMMANDS[first] : undefined;
  if (load === undefined) {
    throw usageError(
      `unknown ${first.startsWith('-') ? 'option' : 'command'} "${first}".${didYouMean(first, Object.keys(COMMANDS))} \`clickstream --help\` lists them.`,
    );
  }
  const command = await load();
  const args = parseFast(command, rest);
  return args === null ? withYargs(words, io, [command]) : command.run(args, io);
}

async function withYargs(words: readonly string[], io: CommandIo, commands?: readonly Command[]): Promise<number> {
  const { parseWithYargs } = await import('./with-yargs.ts');
  const loaded = commands ?? (await loadAll());
  const outcome = parseWithYargs(words, loaded, packageVersion(), io.stdout.columns ?? 100);
  if (outcome.kind === 'run') return outcome.command.run(outcome.args, io);
  io.stdout.write(outcome.text);
  return EXIT_CODES.done;
}

async function loadAll(): Promise<Command[]> {
  const commands: Command[] = [];
  for (const load of Object.values(COMMANDS)) commands.push(await load());
  return commands;
}

function packageVersion(): string {
  const text = readFileSync(packageFile('package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
