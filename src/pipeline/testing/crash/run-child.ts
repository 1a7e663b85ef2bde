import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CrashReply, CrashRequest } from './crash-request.ts';

/** How a run in a process of its own ended. */
export type ChildResult =
  | { readonly kind: 'ended'; readonly reply: CrashReply }
  /** By the kill at its point. */
  | { readonly kind: 'killed' }
  | { readonly kind: 'failed'; readonly message: string };

/** A run that takes longer hangs. */
const LIMIT_MS = 300_000;

/** Runs a request in a process of its own. Rejects when `signal` aborts; the process is ended then. */
export function runChild(request: CrashRequest, signal: AbortSignal): Promise<ChildResult> {
  const script = fileURLToPath(new URL('./crash-child.js', import.meta.url));
  const limit = AbortSignal.timeout(LIMIT_MS);
  const child = spawn(process.execPath, [script, JSON.stringify(request)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    signal: AbortSignal.any([signal, limit]),
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    // An abort comes as an error first; the process is gone only when it is closed.
    let failure: unknown = null;
    child.on('error', (error) => {
      failure = error;
    });
    child.on('close', (code, killedBy) => {
      if (signal.aborted) reject(signal.reason);
      else if (limit.aborted) resolve({ kind: 'failed', message: `it did not end within ${LIMIT_MS / 1000} s` });
      else if (failure !== null) reject(failure);
      // Windows knows no signals: a process that was ended has a code of its own, and said nothing.
      else if (killedBy === 'SIGKILL' || (code !== 0 && request.point !== null && stderr === ''))
        resolve({ kind: 'killed' });
      else if (code === 0) resolve({ kind: 'ended', reply: JSON.parse(stdout) as CrashReply });
      else resolve({ kind: 'failed', message: stderr.trim() || `it ended with code ${code}` });
    });
  });
}
