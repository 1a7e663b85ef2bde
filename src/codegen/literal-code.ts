import type { Cell } from '../batch.ts';

/** A literal as JavaScript; null for values that have no short text. */
export function literalCode(value: Cell): string | null {
  switch (typeof value) {
    case 'boolean':
      return String(value);
    case 'number':
      return bracketed(Object.is(value, -0) ? '-0' : String(value));
    case 'bigint':
      return bracketed(`${value}n`);
    case 'string':
      return JSON.stringify(value);
    default:
      return null;
  }
}

/** A sign must not run into an operator before it. */
function bracketed(code: string): string {
  return code.startsWith('-') ? `(${code})` : code;
}
