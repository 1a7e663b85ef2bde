import { expect, test } from '@jest/globals';
import { checkPipeline } from '../../../src/pipeline/file/build-pipeline.ts';
import { formatProblem } from '../../../src/pipeline/file/problem.ts';

const GOOD = `sources:
  events:
    format: json
    path: data
    schema: user STRING, ts TIMESTAMP, clicks LONG, tags ARRAY<STRING>
steps:
  - filter: clicks > 0
sink: { format: csv, path: out }
checkpoint: state
`;

async function lint(text: string): Promise<string> {
  const { problems } = await checkPipeline('p.yaml', text, { environment: { HOST: 'localhost' } });
  return problems.map((problem) => formatProblem(text, problem)).join('\n');
}

test('a right file has no problems', async () => expect(await lint(GOOD)).toBe(''));
