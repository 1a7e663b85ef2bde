import { describe, expect, test } from '@jest/globals';
import { type ClickOptions, createClickGenerator } from '../../src/generate/clicks.ts';

const START_MICROS = 1_767_225_600_000_000; // 2026-01-01T00:00:00Z
const PLAIN: ClickOptions = {
  seed: 42,
  format: 'array',
  startMicros: START_MICROS,
  stepMicros: 500_000,
  lateShare: 0,
  maxLateMicros: 20_000_000,
  corruptShare: 0,
};

interface Click {
  readonly Analytics: { readonly Clicks: number; readonly Impressions: number };
  readonly Sales: { readonly Quantity: number; readonly Total_Price: number };
  readonly Datetime: string;
}

function filesOf(options: Partial<ClickOptions>, files: number, events: number): string[] {
  const generator = createClickGenerator({ ...PLAIN, ...options });
  return Array.from({ length: files }, () => Buffer.concat([...generator.nextFile(events)]).toString('utf8'));
}

function microsOf(text: string): number {
  return Date.parse(text.slice(0, 19).concat('Z')) * 1000 + Number(text.slice(20, 26));
}

function isWhole(line: string): boolean {
  try {
    const click = JSON.parse(line) as Click;
    return (
      Number.isInteger(click.Analytics.Clicks) &&
      Number.isInteger(click.Sales.Quantity) &&
      typeof click.Sales.Total_Price === 'number' &&
      !Number.isNaN(Date.parse(click.Datetime))
    );
  } catch {
    return false;
  }
}

describe('createClickGenerator', () => {
  test('a file is one array of records on one line, with the fields of the original producer', () => {
    const [text = ''] = filesOf({}, 1, 10);
    expect(text.split('\n')).toHaveLength(2);
    const clicks = JSON.parse(text) as Click[];
    expect(clicks).toHaveLength(10);
    expect(Object.keys(clicks[0] as Click)).toEqual(['Analytics', 'Sales', 'Datetime']);
    expect(clicks.map((click) => click.Datetime).slice(0, 3)).toEqual([
      '2026-01-01T00:00:00.000000Z',
      '2026-01-01T00:00:00.500000Z',
      '2026-01-01T00:00:01.000000Z',
    ]);
  });

  test('values lie in the ranges of the original, and reach their ends', () => {
    const clicks = filesOf({ format: 'ndjson' }, 1, 5000)[0]!
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Click);
    const ends = (pick: (click: Click) => number) => [Math.min(...clicks.map(pick)), Math.max(...clicks.map(pick))];
    expect(ends((click) => click.Analytics.Clicks)).toEqual([1, 10]);
    expect(ends((click) => click.Analytics.Impressions)).toEqual([10, 20]);
    expect(ends((click) => click.Sales.Quantity)).toEqual([1, 10]);
    for (const { Sales } of clicks) {
      expect(Math.abs(Sales.Total_Price * 100 - Math.round(Sales.Total_Price * 100))).toBeLessThan(1e-6);
      expect(Sales.Total_Price / Sales.Quantity).toBeGreaterThanOrEqual(0.999);
    }
  });

  test('numbers are written as JSON.stringify writes them', () => {
    const [text = ''] = filesOf({ format: 'ndjson' }, 1, 300);
    const prices = [...text.matchAll(/"Total_Price": ([^}]*)\}/g)].map((match) => match[1]);
    expect(prices).toHaveLength(300);
    for (const price of prices) expect(price).toBe(JSON.stringify(Number(price)));
  });

  test('the same seed, start and step give the same bytes, another seed does not', () => {
    const options = { lateShare: 0.2, corruptShare: 0.1 };
    expect(filesOf(options, 3, 10)).toEqual(filesOf(options, 3, 10));
    expect(filesOf({ ...options, seed: 43 }, 3, 10)).not.toEqual(filesOf(options, 3, 10));
  });

  test('the stream of events does not depend on how it is cut into files', () => {
    const lines = (files: string[]) => files.join('');
    expect(lines(filesOf({ format: 'ndjson' }, 4, 25))).toBe(lines(filesOf({ format: 'ndjson' }, 1, 100)));
  });

  test('large files come in chunks', () => {
    const chunks = [...createClickGenerator({ ...PLAIN, format: 'ndjson' }).nextFile(20_000)];
    expect(chunks.length).toBeGreaterThan(5);
    expect(Buffer.concat(chunks).toString('utf8').trim().split('\n')).toHaveLength(20_000);
  });

  test('late events: as many as the share says, never later than the reach, all others on time', () => {
    const generator = createClickGenerator({ ...PLAIN, format: 'ndjson', lateShare: 0.1 });
    const lines = Buffer.concat([...generator.nextFile(10_000)])
      .toString('utf8')
      .trim()
      .split('\n');
    const behind = lines.map(
      (line, index) => START_MICROS + index * 500_000 - microsOf((JSON.parse(line) as Click).Datetime),
    );
    const late = behind.filter((micros) => micros !== 0);
    expect(generator.counts.late).toBe(late.length);
    expect(late.length).toBeGreaterThan(850);
    expect(late.length).toBeLessThan(1150);
    expect(Math.min(...late)).toBeGreaterThan(0);
    expect(Math.max(...late)).toBeLessThanOrEqual(20_000_000);
    expect(Math.max(...late)).toBeGreaterThan(19_000_000);
  });

  test('broken records: as many as the share says, of several kinds, one line each, and the others untouched', () => {
    const generator = createClickGenerator({ ...PLAIN, format: 'ndjson', corruptShare: 0.05 });
    const lines = Buffer.concat([...generator.nextFile(10_000)])
      .toString('utf8')
      .split('\n')
      .slice(0, -1);
    const whole = filesOf({ format: 'ndjson' }, 1, 10_000)[0]!.split('\n');
    const broken = lines.filter((line, index) => line !== whole[index]);
    expect(lines).toHaveLength(10_000);
    expect(generator.counts.corrupt).toBe(broken.length);
    expect(broken.length).toBeGreaterThan(400);
    expect(broken.length).toBeLessThan(600);
    expect(broken.filter(isWhole)).toEqual([]);
    const kinds = [
      /^connection reset/,
      /"many"/,
      /\d\.5\b.*"Total_Price"/,
      /-13-45T/,
      /^(?!.*Datetime).*\}$/,
      /^(?!.*Sales).*Datetime/,
      /[^}r]$/,
    ];
    for (const kind of kinds) expect(broken.some((line) => kind.test(line))).toBe(true);
  });
});
