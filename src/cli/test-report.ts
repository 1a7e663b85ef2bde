/** A test's outcome, as the report needs it. */
export interface ReportedTest {
  readonly file: string;
  readonly name: string;
  readonly passed: boolean;
  readonly durationMs: number;
  readonly failures: readonly {
    readonly line: number;
    readonly step: number;
    readonly what: string | null;
    readonly lines: readonly string[];
  }[];
}

/** A line for a test that passed; for one that failed, what was expected and what came. */
export function testReport({ file, name, passed, durationMs, failures }: ReportedTest): string {
  if (passed) return `ok    ${name} (${Math.round(durationMs)} ms)\n`;
  const details = failures.flatMap(({ line, step, what, lines }) => [
    `      ${file}:${line}: step ${step}${what === null ? '' : `, ${what}`}`,
    ...lines.map((text) => `        ${text}`),
  ]);
  return `FAIL  ${name}\n${details.map((text) => `${text}\n`).join('')}`;
}
