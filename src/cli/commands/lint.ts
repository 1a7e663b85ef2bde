import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';

const OPTIONS = {
  target: {
    type: 'string',
    choices: ['spark'],
    describe: 'also name what would not carry over to Spark',
  },
  json: { type: 'boolean', describe: 'print one JSON object per problem' },
} as const;

export const lint = defineCommand({
  name: 'lint',
  describe: 'find every mistake in pipeline files that can be found without running them',
  positionals: [
    {
      name: 'file',
      describe: 'pipeline files (YAML), and files of tests (*.test.yaml)',
      required: true,
      variadic: true,
    },
  ],
  options: OPTIONS,
  examples: [
    ['$0 lint *.pipeline.yaml', 'names each mistake with file, line, column and a cure; exit 1 if there is one'],
    ['$0 lint --target spark a.yaml', 'also what Spark would not take'],
  ],
  run,
});

async function run(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const { lintFiles } = await import('../../pipeline/file/lint.ts');
  const files = args.positionals.file as readonly string[];
  const linted = await lintFiles(files, { environment: io.env, target: args.target === 'spark' ? 'spark' : null });
  for (const { text, problems } of linted) {
    for (const problem of problems) {
      io.stdout.write(`${args.json ? JSON.stringify(problem) : text(problem)}\n`);
    }
  }
  const errors = linted.reduce((sum, { problems }) => sum + problems.filter((p) => p.severity === 'error').length, 0);
  if (!args.json) {
    const count = files.length === 1 ? '1 file' : `${files.length} files`;
    io.stderr.write(
      errors === 0 ? `${count}: no mistakes found\n` : `${count}: ${errors} ${errors === 1 ? 'mistake' : 'mistakes'}\n`,
    );
  }
  return errors === 0 ? EXIT_CODES.done : EXIT_CODES.failed;
}
