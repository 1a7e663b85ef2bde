import { allocateFixed, type FixedValues, type Vector } from '../../batch.ts';
import type { DataType } from '../../schema.ts';
import { type DecodedRun, isNarrow } from '../decoded-run.ts';
import { grown, roomFor } from '../grown.ts';
import { Nulls } from '../nulls.ts';
import type { VectorBuilder } from './vector-builder.ts';

/** Numbers, booleans, dates and timestamps. 64-bit integers are doubles while all are safe (docs/adr/0002). */
export class FixedBuilder implements VectorBuilder {
  private readonly nulls = new Nulls();
  private values: Exclude<FixedValues, BigInt64Array>;
  private wide: BigInt64Array | null = null;

  constructor(private readonly type: DataType) {
    this.values = this.noValues();
  }

  set(row: number, value: number | bigint | boolean): void {
    this.reserve(row + 1);
    this.nulls.set(row, 1);
    if (typeof value === 'bigint') this.wide ??= BigInt64Array.from(this.values, BigInt);
    if (this.wide === null) this.values[row] = Number(value);
    else this.wide[row] = BigInt(value);
  }

  setNull(row: number): void {
    this.reserve(row + 1);
    this.nulls.set(row, 0);
    if (this.wide === null) this.values[row] = 0;
    else this.wide[row] = 0n;
  }

  append(run: DecodedRun): void {
    const column = run.nextColumn();
    this.reserve(run.row + run.rows);
    this.nulls.append(run, column);
    const added = isNarrow(this.type) ? run.kernel.int32(column) : run.kernel.float64(column);
    if (this.wide === null) this.values.set(added, run.row);
    else for (let i = 0; i < added.length; i++) this.wide[run.row + i] = BigInt(added[i] as number);
  }

  finish(length: number, reuse: boolean): Vector {
    const values = this.finishValues(length);
    if (!reuse) this.values = this.noValues();
    this.wide = null;
    return { kind: 'fixed', type: this.type, length, validity: this.nulls.finish(length), values };
  }

  /** The row that needed 64 bits may have been one that did not stay. */
  private finishValues(length: number): FixedValues {
    const wide = this.wide?.subarray(0, length);
    if (wide === undefined) return this.values.subarray(0, length);
    return wide.some((value) => !Number.isSafeInteger(Number(value))) ? wide : Float64Array.from(wide, Number);
  }

  private reserve(rows: number): void {
    if (rows <= this.values.length) return;
    const room = roomFor(rows);
    this.values = grown(this.values, room);
    if (this.wide !== null) this.wide = grown(this.wide, room);
  }

  private noValues(): Exclude<FixedValues, BigInt64Array> {
    return allocateFixed(this.type, 0) as Float64Array;
  }
}
