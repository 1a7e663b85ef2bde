import { type Clock, systemClock } from '../clock.ts';

/** What a command may touch of its process; tests hand in their own. */
export interface CommandIo {
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Calls `listener` for SIGINT and SIGTERM until the returned function is called. */
  onSignal(listener: (signal: 'SIGINT' | 'SIGTERM') => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
  /** Asks on the terminal; null where there is none. */
  readonly ask: ((question: string) => Promise<string>) | null;
}

export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY: boolean;
  /** Width of the terminal, where it is one. */
  readonly columns: number | undefined;
}

export function processIo(): CommandIo {
  return {
    stdout: textOutput(process.stdout),
    stderr: textOutput(process.stderr),
    env: process.env,
    clock: systemClock,
    onSignal: (listener) => {
      process.on('SIGINT', listener);
      process.on('SIGTERM', listener);
      return () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      };
    },
    exit: (code) => process.exit(code),
    // Opened when asked for, by few runs: it takes Node a while, and makes a pipe non-blocking for those who share it.
    get ask() {
      return process.stdin.isTTY ? askOnTerminal : null;
    },
  };
}

function textOutput(stream: NodeJS.WriteStream): TextOutput {
  return {
    write: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY === true;
    },
    get columns() {
      return stream.columns;
    },
  };
}

async function askOnTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } finally {
    lines.close();
  }
}
