import type { Command } from './command.ts';

/** Every command, in the order of the help. A module is loaded when its command is called, and names only data at its top. */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  demo: async () => (await import('./commands/demo.ts')).demo,
  generate: async () => (await import('./commands/generate.ts')).generate,
  task1: async () => (await import('./commands/task1.ts')).task1,
  task2: async () => (await import('./commands/task2.ts')).task2,
  run: async () => (await import('./commands/run.ts')).run,
  lint: async () => (await import('./commands/lint.ts')).lint,
  test: async () => (await import('./commands/test.ts')).test,
  selftest: async () => (await import('./commands/selftest.ts')).selftest,
  explain: async () => (await import('./commands/explain.ts')).explain,
  checkpoint: async () => (await import('./commands/checkpoint.ts')).checkpoint,
  status: async () => (await import('./commands/status.ts')).status,
};
