import type { Cell, Vector } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import type { DecodedRun } from '../decoded-run.ts';
import { Nulls } from '../nulls.ts';
import type { VectorBuilder } from './vector-builder.ts';

/** Decimals, binaries, arrays, maps. Of these the kernel decodes decimals. */
export class CellsBuilder implements VectorBuilder {
  private readonly nulls = new Nulls();
  private cells: Cell[] = [];

  constructor(private readonly type: DataType) {}

  set(row: number, cell: Cell): void {
    this.cells[row] = cell;
    this.nulls.set(row, 1);
  }

  setNull(row: number): void {
    this.cells[row] = null;
    this.nulls.set(row, 0);
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.nulls.append(run, column);
    const validity = run.kernel.validity(column);
    const values = run.kernel.int64(column);
    for (let i = 0; i < values.length; i++) this.cells[run.row + i] = validity[i] === 1 ? (values[i] as bigint) : null;
  }

  finish(length: number): Vector {
    const values = this.cells;
    values.length = length;
    this.cells = [];
    return { kind: 'object', type: this.type, length, validity: this.nulls.finish(length), values };
  }
}
