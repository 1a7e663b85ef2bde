/**
 * The kernel: records to columns. It knows nothing of schemas and queries; it runs the shapes that its host put into memory
 * (see ../ops.ts for the layout, ../program.ts for how they come to be).
 */
export { doublePowers } from './double-text';
export { encodeCsv } from './encode-csv';
export { encodeJson } from './encode-json';
export { encodedBytes } from './encoded';
export { gather } from './gather';
export { decode, project, result } from './run';

/** Everything below this address is the kernel's own. */
export function staticEnd(): usize {
  return __heap_base;
}
