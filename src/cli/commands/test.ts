import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';

const OPTIONS = {
  json: { type: 'boolean', describe: 'print one JSON object per test' },
} as const;

export const test = defineCommand({
  name: 'test',
  describe: 'run the tests written beside a pipeline file, on a virtual clock',
  positionals: [
    {
      name: 'file',
      describe: 'test files (a.pipeline.test.yaml), or the pipelines that they are beside',
      required: true,
      variadic: true,
    },
  ],
  options: OPTIONS,
  examples: [
    [
      '$0 test clicks.pipeline.test.yaml',
      'files that arrive, time that passes, restarts, and the rows expected of them',
    ],
  ],
  run,
});

async function run(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const { runTests } = await import('../../pipeline/testing/run-tests.ts');
  const { testReport } = await import('../test-report.ts');
  let passed = 0;
  let failed = 0;
  for (const file of args.positionals.file as readonly string[]) {
    for await (const result of runTests(testFileOf(file), io.env, io.clock)) {
      if (result.passed) passed++;
      else failed++;
      io.stdout.write(args.json ? `${JSON.stringify(result)}\n` : testReport(result));
    }
  }
  if (!args.json) io.stderr.write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}

/** A pipeline's tests are in the file of its name with `.test` in it. */
function testFileOf(file: string): string {
  return /\.test\.ya?ml$/.test(file) || !/\.pipeline\.ya?ml$/.test(file) ? file : file.replace(/(\.ya?ml)$/, '.test$1');
}
