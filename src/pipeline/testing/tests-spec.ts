import type { Spec } from '../file/spec.ts';

const ROWS: Spec = { type: 'any', doc: 'Rows, each as names with values.', example: '[{ user: anna, clicks: 3 }]' };

const WHEN: Spec = {
  type: 'object',
  noun: 'a when',
  doc: 'What happens. Then the query runs until there is nothing left to do.',
  example: '{ arrive: { events: [{ user: anna, clicks: 3 }] } }',
  oneOf: ['arrive', 'advance', 'restart', 'crash', 'finish'],
  fields: {
    arrive: {
      type: 'any',
      doc: "Files that arrive, one for each source that is named: a list of rows, written in the source's format, or the file's content as a text. A list of such maps stands for several files, in this order.",
      example: '{ events: [{ user: anna, clicks: 3 }] }',
    },
    advance: { type: 'text', doc: 'Time that passes.', example: '10 seconds' },
    restart: { type: 'boolean', doc: 'The query is stopped and started again.', example: 'true' },
    crash: {
      type: 'boolean',
      doc: 'The process dies after the last batch was written and before it was committed, and is started again: that batch is run once more, and must give the same rows.',
      example: 'true',
    },
    finish: {
      type: 'boolean',
      doc: 'The run ends as with `run --once`: with `drain`, all windows are closed.',
      example: 'true',
    },
  },
};

const THEN: Spec = {
  type: 'object',
  noun: 'a then',
  doc: 'What is expected since the `then` before. Only what is named is checked.',
  example: '{ rows: [{ user: anna, clicks: 3 }], late: 0 }',
  fields: {
    rows: {
      ...ROWS,
      type: 'list',
      of: ROWS,
      doc: 'The rows that came out, in any order; only the columns that are named are compared. In complete mode, those of the last batch.',
    },
    batches: {
      type: 'list',
      of: { ...ROWS, type: 'list', of: ROWS },
      doc: 'The rows of each batch, in order.',
      example: '[[{ clicks: 3 }], []]',
    },
    all: { ...ROWS, type: 'list', of: ROWS, doc: 'All rows that came out from the beginning of the test.' },
    late: { type: 'integer', least: 0, doc: 'Rows that came too late.', example: '1' },
    rejected: { type: 'integer', least: 0, doc: 'Records that did not fit the schema.', example: '0' },
    duplicates: { type: 'integer', least: 0, doc: 'Rows that were dropped as duplicates.', example: '2' },
    watermark: { type: 'text', doc: 'The watermark that the next batch uses.', example: '2026-01-01T00:00:30Z' },
    error: { type: 'text', doc: 'The code of the error that ends the query.', example: 'MALFORMED_RECORD' },
  },
};

const TEST: Spec = {
  type: 'object',
  noun: 'a test',
  doc: 'One test. It starts with an empty checkpoint and empty folders.',
  example: '{ name: counts, steps: [{ when: { arrive: { events: [{ clicks: 3 }] } }, then: { rows: [{ n: 1 }] } }] }',
  fields: {
    name: { type: 'text', required: true, doc: 'What is shown to hold.', example: 'a late row is left out' },
    given: {
      type: 'object',
      noun: 'a given',
      doc: 'What holds at the beginning.',
      example: '{ now: 2026-01-01T00:00:00Z }',
      fields: {
        now: {
          type: 'text',
          doc: 'The time at the beginning.',
          example: '2026-01-01T00:00:00Z',
          default: '2026-01-01T00:00:00Z',
        },
        tables: {
          type: 'map',
          of: { ...ROWS, type: 'list', of: ROWS },
          doc: 'The rows of static tables, by name. A table that is not named here is read from its files.',
          example: '{ products: [{ id: 1, name: chair }] }',
        },
        env: {
          type: 'map',
          of: { type: 'scalar', doc: 'A value.', example: 'x' },
          doc: 'Environment variables.',
          example: '{ DIR: data }',
        },
      },
    },
    steps: {
      type: 'list',
      required: true,
      doc: 'What happens, and what is expected of it, in this order.',
      example: '[{ when: { restart: true }, then: { rows: [] } }]',
      of: {
        type: 'object',
        noun: 'a test step',
        doc: 'What happens and what is expected of it.',
        example: '{ when: { restart: true }, then: { rows: [] } }',
        fields: { when: { ...WHEN, required: true }, then: THEN },
      },
    },
  },
};

/** A file of tests for a pipeline. */
export const PIPELINE_TESTS: Spec = {
  type: 'object',
  noun: 'a test file',
  doc: 'Tests of a pipeline of clickstream, on a clock that is moved by hand.',
  example: '{ tests: [] }',
  fields: {
    pipeline: {
      type: 'text',
      doc: 'The pipeline file, from the folder of this file on.',
      example: 'clicks.pipeline.yaml',
      default: "this file's name without `.test`",
    },
    tests: { type: 'list', of: TEST, required: true, doc: 'The tests.', example: '[]' },
  },
};
