export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // What all objects inherit cannot be changed by any data.
  setupFiles: ['<rootDir>/test/support/frozen-prototypes.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' } },
    ],
  },
  maxWorkers: 2,
  // Generous: a busy machine must not turn a test red.
  testTimeout: 60_000,
  // Ending a process with a large heap takes more than jest's half a second there, and it would speak of leaks. A leak is still told.
  workerGracefulExitTimeout: 10_000,
};
