import { configError, invariant } from '../errors.ts';
import type { DataType } from '../schema.ts';
import { formatType } from '../schema.ts';
import { castTo, commonType } from '../sql/coercion.ts';
import { inputRef } from './columns.ts';
import type { Attribute, PhysicalPlan } from './physical.ts';

/** Rows of all inputs, column by column in the types that they have in common. */
export function planUnion(inputs: readonly PhysicalPlan[]): PhysicalPlan {
  const first = inputs[0];
  invariant(first !== undefined, 'a union has inputs');
  for (const other of inputs) {
    if (other.output.length !== first.output.length) {
      throw configError(
        'NUM_COLUMNS_MISMATCH',
        `union: every input needs the same number of columns; the first has ${first.output.length}, another ${other.output.length}.`,
      );
    }
  }
  const types = first.output.map((attribute, index) => {
    const all = inputs.map((input) => (input.output[index] as Attribute).type);
    const type = commonType(all);
    if (type === null) {
      throw configError(
        'INCOMPATIBLE_COLUMN_TYPE',
        `union: column ${index + 1} ("${attribute.name}") has types that do not go together: ${all.map(formatType).join(', ')}.`,
      );
    }
    return type;
  });
  const aligned = inputs.map((input) => castColumns(input, types));
  const output = first.output.map((attribute, index) => ({
    ...attribute,
    type: types[index] as DataType,
    nullable: inputs.some((input) => (input.output[index] as Attribute).nullable),
  }));
  return { op: 'union', inputs: aligned, output };
}

function castColumns(input: PhysicalPlan, types: readonly DataType[]): PhysicalPlan {
  const exprs = input.output.map((attribute, index) => castTo(inputRef(attribute, index), types[index] as DataType));
  if (exprs.every((expr) => expr.kind === 'input')) return input;
  const output = input.output.map((attribute, index) => ({ ...attribute, type: types[index] as DataType }));
  return { op: 'project', input, exprs, output };
}
