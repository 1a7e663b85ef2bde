// From start to exit with nothing to do: what a cron line costs that finds no new file.
import { clickstream, emptyFolder } from '../lib/contenders.js';
import { contest } from '../lib/contest.js';
import { timeTable } from '../lib/tables.js';

const RUNS = 15;

export const start = {
  name: 'start',
  describe: 'start to exit with nothing to do, beside node -e 0',
  async run(bench) {
    const { path } = bench.scratch;
    const input = emptyFolder(path('empty'));
    const idle = (name) => ({
      ...clickstream(
        [
          name,
          '--in',
          input,
          '--out',
          path(`${name}-out`),
          '--checkpoint',
          path(`${name}-checkpoint`),
          '--once',
          '--quiet',
        ],
        [],
      ),
      name: `clickstream ${name}`,
    });
    const bare = { name: 'node -e 0', args: ['-e', '0'] };
    // What measures memory would be part of the start.
    const results = await contest([idle('task1'), idle('task2'), bare], {
      runs: Math.max(RUNS, bench.runs),
      measuresMemory: false,
    });
    const [ours] = results;
    ours.name = 'clickstream';
    return [timeTable('start', 'Start to exit, nothing to do', results, {})];
  },
};
