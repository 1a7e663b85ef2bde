import type { Cell } from '../../batch.ts';
import { BOOLEAN, type DataType } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import { distinct } from './array.ts';
import { boundTo, checkCount } from './bind.ts';
import { sameArrays } from './collection-args.ts';
import { equalityKey } from './ordering.ts';

/** Arrays as sets: null is a value like any other, but for `arrays_overlap`. */
export const arraySetFunctions: readonly FunctionSpec[] = [
  setFunction(
    'array_union',
    'The elements of both arrays, each once.',
    ['array_union(array(1, 2, 3), array(1, 3, 5))', '[1,2,3,5]'],
    (a, b, element) => distinct([...a, ...b], element),
  ),
  setFunction(
    'array_intersect',
    'The elements that both arrays have, each once.',
    ['array_intersect(array(1, 2, 3), array(1, 3, 5))', '[1,3]'],
    (a, b, element) => {
      const inside = memberOf(b, element);
      return distinct(a.filter(inside), element);
    },
  ),
  setFunction(
    'array_except',
    'The elements of the first array that the second has not, each once.',
    ['array_except(array(1, 2, 3), array(1, 3, 5))', '[2]'],
    (a, b, element) => {
      const inside = memberOf(b, element);
      return distinct(
        a.filter((cell) => !inside(cell)),
        element,
      );
    },
  ),
  {
    name: 'arrays_overlap',
    group: 'collection',
    usage: 'Whether both arrays have an element in common; null when they have none but one has a null.',
    example: ['arrays_overlap(array(1, 2, 3), array(3, 4, 5))', 'true'],
    bind(args, context) {
      checkCount(context, args, 2, 2);
      return boundTo(sameArrays(context, args), BOOLEAN, true);
    },
    implement([type]) {
      const { element } = type as { element: DataType };
      const fn = (a: readonly Cell[], b: readonly Cell[]): Cell => {
        const inside = memberOf(b, element);
        if (a.some((cell) => cell !== null && inside(cell))) return true;
        return a.length > 0 && b.length > 0 && (a.includes(null) || b.includes(null)) ? null : false;
      };
      return { kind: 'call', fn, nulls: 'propagate', mayBeNull: true };
    },
  },
];

function setFunction(
  name: string,
  usage: string,
  example: readonly [string, string],
  run: (a: readonly Cell[], b: readonly Cell[], element: DataType) => Cell,
): FunctionSpec {
  return {
    name,
    group: 'collection',
    usage,
    example,
    bind(args, context) {
      checkCount(context, args, 2, 2);
      const bound = sameArrays(context, args);
      return boundTo(bound, (bound[0] as (typeof bound)[number]).type);
    },
    implement(_types, type) {
      const { element } = type as { element: DataType };
      return { kind: 'call', fn: (a: readonly Cell[], b: readonly Cell[]) => run(a, b, element), nulls: 'propagate' };
    },
  };
}

function memberOf(cells: readonly Cell[], element: DataType): (cell: Cell) => boolean {
  const key = equalityKey(element);
  const members = new Set(cells.map((cell) => (cell === null ? null : key(cell))));
  return (cell) => members.has(cell === null ? null : key(cell));
}
