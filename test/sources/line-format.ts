import { type Batch, batchOf, cellAt, type Vector } from '../../src/batch.ts';
import type { Format } from '../../src/format.ts';
import { field, type Schema, STRING, struct } from '../../src/schema.ts';

export const LINES: Schema = struct([field('value', STRING)]);

/** A format small enough to be seen through: a line is a row of one string; `!...` is rejected, `?...` dropped. */
export const lineFormat: Format = {
  name: 'lines',
  extension: '.txt',
  decoder({ schema, reject, dropped }) {
    let rest = '';
    let line = 0;
    const take = (lines: string[]): Batch[] => {
      const rows = lines.flatMap((text) => {
        line++;
        if (text.startsWith('!')) reject({ line, reason: 'marked', raw: text });
        else if (text.startsWith('?')) dropped(1);
        else return [[text]];
        return [];
      });
      return rows.length > 0 ? [batchOf(schema, rows)] : [];
    };
    return {
      push(chunk) {
        const lines = (rest + Buffer.from(chunk).toString('latin1')).split('\n');
        rest = lines.pop() ?? '';
        return take(lines);
      },
      finish: () => (rest === '' ? [] : take([rest])),
    };
  },
  encoder: () => ({
    encode(batch) {
      const lines = Array.from({ length: batch.length }, (_, row) =>
        batch.vectors.map((vector: Vector) => String(cellAt(vector, row))).join(','),
      );
      return new TextEncoder().encode(lines.map((text) => `${text}\n`).join(''));
    },
    finish: () => new Uint8Array(0),
  }),
};
