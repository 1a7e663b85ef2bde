import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { until } from './until.ts';

const root = join(import.meta.dirname, '..', '..');

/** The command as it is installed. */
export const BIN = join(root, 'bin', 'clickstream.js');

/** Builds dist/ when it is older than the sources. */
export function buildProduct(): void {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts', 'build.js')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`the build failed:\n${stderr}`);
}

export interface CliResult {
  /** Exit code; null when a signal ended the process. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running `clickstream` process. */
export interface RunningCli {
  readonly child: ChildProcess;
  readonly ended: Promise<CliResult>;
  isRunning(): boolean;
  stdout(): string;
  stderr(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when the process has printed `text`, on stdout or stderr; fails when it ended before. */
  printed(text: string): Promise<void>;
}

/** Starts `clickstream <words>` in a folder. */
export function startCli(words: readonly string[], cwd: string): RunningCli {
  return startProcess(process.execPath, [BIN, ...words], cwd);
}

/** Starts any process the same way. */
export function startProcess(
  command: string,
  words: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): RunningCli {
  const child = spawn(command, [...words], { cwd, stdio: ['ignore', 'pipe', 'pipe'], env });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  let running = true;
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      running = false;
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    child,
    ended,
    isRunning: () => running,
    stdout: () => stdout,
    stderr: () => stderr,
    kill: (signal) => void child.kill(signal),
    printed: (text) =>
      until(() => {
        if (stdout.includes(text) || stderr.includes(text)) return true;
        if (!running) throw new Error(`the process ended before it printed "${text}":\n${stdout}${stderr}`);
        return false;
      }, `the process prints "${text}"`),
  };
}

/** Runs `clickstream <words>` to its end. */
export function runCli(words: readonly string[], cwd: string): Promise<CliResult> {
  return startCli(words, cwd).ended;
}
