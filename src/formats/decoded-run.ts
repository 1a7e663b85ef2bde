import type { Kernel } from '../kernel/kernel.ts';
import {
  BOOLEAN,
  DATE,
  DECIMAL,
  DOUBLE,
  FIELD,
  NARROW,
  NULLABLE,
  SAFE_INTEGER,
  SMALL_INTEGER,
  TEXT,
  TIMESTAMP,
  UTC_DEFAULT,
} from '../kernel/ops.ts';
import type { ShapeOp } from '../kernel/program.ts';
import type { DataType } from '../schema.ts';

/** The rows that the kernel decoded last, on their way into a batch. Columns take theirs in the order of the program. */
export class DecodedRun {
  private column = 0;

  constructor(
    readonly kernel: Kernel,
    /** The first row they are in the batch. */
    readonly row: number,
  ) {}

  get rows(): number {
    return this.kernel.rows;
  }

  /** The number of the next column in the program. */
  nextColumn(): number {
    return this.column++;
  }
}

/** How a value is read; `field`: as a field of a row, without quotes and with nothing for null. */
export interface ValueRules {
  readonly nullable: boolean;
  readonly utcDefault: boolean;
  readonly field: boolean;
}

/** The operation that reads a value of a type into a column of the program; null when the kernel knows no such values. */
export function valueOp(type: DataType, column: number, rules: ValueRules): Extract<ShapeOp, { kind: number }> | null {
  const common = (rules.nullable ? NULLABLE : 0) | (rules.field ? FIELD : 0) | (isNarrow(type) ? NARROW : 0);
  switch (type.kind) {
    case 'byte':
      return { kind: SMALL_INTEGER, flags: common, column, a: -0x80n, b: 0x7fn };
    case 'short':
      return { kind: SMALL_INTEGER, flags: common, column, a: -0x8000n, b: 0x7fffn };
    case 'int':
      return { kind: SMALL_INTEGER, flags: common, column, a: -0x80000000n, b: 0x7fffffffn };
    case 'long':
      return { kind: SAFE_INTEGER, flags: common, column };
    case 'float':
      return { kind: DOUBLE, flags: common, column, a: 6n };
    case 'double':
      return { kind: DOUBLE, flags: common, column, a: 15n };
    case 'decimal':
      return {
        kind: DECIMAL,
        flags: common,
        column,
        a: BigInt(type.scale),
        b: 10n ** BigInt(Math.min(type.precision, 18)),
      };
    case 'string':
      return { kind: TEXT, flags: common, column };
    case 'timestamp':
      return { kind: TIMESTAMP, flags: common | (rules.utcDefault ? UTC_DEFAULT : 0), column };
    case 'date':
      return { kind: DATE, flags: common, column };
    case 'boolean':
      return { kind: BOOLEAN, flags: common, column };
    default:
      return null;
  }
}

/** Whether the kernel gives values of this type as 32-bit integers. */
export function isNarrow(type: DataType): boolean {
  return ['byte', 'short', 'int', 'date', 'boolean'].includes(type.kind);
}
