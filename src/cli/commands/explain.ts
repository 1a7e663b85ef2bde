import { type Arguments, defineCommand } from '../command.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import type { CommandIo } from '../io.ts';

const OPTIONS = {
  codegen: {
    type: 'boolean',
    describe: 'also print the JavaScript that the steps become, and the shapes of records that the kernel looks for',
  },
} as const;

export const explain = defineCommand({
  name: 'explain',
  describe: 'print the plan of a pipeline file: what was written, what will run',
  positionals: [{ name: 'file', describe: 'a pipeline file (YAML)', required: true }],
  options: OPTIONS,
  examples: [
    ['$0 explain --codegen clicks.pipeline.yaml', 'logical plan, physical plan, generated code and shapes of records'],
  ],
  run,
});

async function run(args: Arguments<typeof OPTIONS>, io: CommandIo): Promise<number> {
  const { explainPipeline } = await import('../../pipeline/file/explain.ts');
  const file = args.positionals.file as string;
  io.stdout.write(await explainPipeline(file, { environment: io.env }, args.codegen));
  return EXIT_CODES.done;
}
