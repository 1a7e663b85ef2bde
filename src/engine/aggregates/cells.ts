import type { Cell, Vector } from '../../batch.ts';
import { cellAt, vectorOf } from '../../batch.ts';
import type { DataType, Field } from '../../schema.ts';
import type { Accumulator, CellsAccumulator } from './accumulator.ts';

/** An aggregate whose state per group is one JavaScript value: everything that is not a plain numeric loop. */
export interface CellAggregate<S> {
  readonly empty: () => S;
  /** `args` are the row's cells, nulls included. */
  readonly add: (state: S, args: readonly Cell[]) => S;
  readonly merge: (state: S, partial: S) => S;
  readonly result: (state: S) => Cell;
  readonly type: DataType;
  readonly stateFields: readonly Field[];
  readonly save: (state: S) => readonly Cell[];
  readonly load: (cells: readonly Cell[]) => S;
}

export class CellAccumulator<S> implements CellsAccumulator {
  private states: S[] = [];
  readonly stateFields: readonly Field[];

  constructor(private readonly aggregate: CellAggregate<S>) {
    this.stateFields = aggregate.stateFields;
  }

  grow(capacity: number): void {
    while (this.states.length < capacity) this.states.push(this.aggregate.empty());
  }

  update(slots: Int32Array, n: number, args: readonly Vector[]): void {
    const { add } = this.aggregate;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      this.states[slot] = add(
        this.states[slot] as S,
        args.map((arg) => cellAt(arg, i)),
      );
    }
  }

  merge(slots: Int32Array, n: number, partial: Accumulator): void {
    const from = (partial as CellAccumulator<S>).states;
    for (let i = 0; i < n; i++) {
      const slot = slots[i] as number;
      if (slot < 0) continue;
      this.states[slot] = this.aggregate.merge(this.states[slot] as S, from[i] as S);
    }
  }

  reset(slots: Int32Array): void {
    for (const slot of slots) this.states[slot] = this.aggregate.empty();
  }

  result(slots: Int32Array): Vector {
    const cells = Array.from(slots, (slot) => this.aggregate.result(this.states[slot] as S));
    return vectorOf(this.aggregate.type, cells);
  }

  save(slots: Int32Array): readonly Vector[] {
    const rows = Array.from(slots, (slot) => this.aggregate.save(this.states[slot] as S));
    return this.stateFields.map((f, index) =>
      vectorOf(
        f.type,
        rows.map((row) => row[index] as Cell),
      ),
    );
  }

  load(slots: Int32Array, columns: readonly Vector[]): void {
    for (let i = 0; i < slots.length; i++) {
      const slot = slots[i] as number;
      if (slot >= 0) this.states[slot] = this.aggregate.load(columns.map((column) => cellAt(column, i)));
    }
  }
}
