import { type DataType, INT } from '../schema.ts';

/**
 * The types of a lambda's parameters, from the types of the arguments that are no lambdas (Spark's `HigherOrderFunction.bind`).
 * `count` is the number of parameters written: `transform` and `filter` give an index to a second one. Null: no such function.
 */
export function lambdaParamTypes(
  functionName: string,
  argTypes: readonly DataType[],
  lambdaIndex: number,
  count: number,
): readonly DataType[] | null {
  const [first, second] = argTypes;
  if (first === undefined) return null;
  if (first.kind === 'array') return ofArray(functionName, first.element, second, lambdaIndex, count);
  if (first.kind === 'map') return ofMap(functionName, first.key, first.value, second);
  return null;
}

function ofArray(
  name: string,
  element: DataType,
  second: DataType | undefined,
  lambdaIndex: number,
  count: number,
): readonly DataType[] | null {
  switch (name) {
    case 'transform':
    case 'filter':
      return count === 2 ? [element, INT] : [element];
    case 'exists':
    case 'forall':
      return [element];
    case 'array_sort':
      return [element, element];
    case 'zip_with':
      return second?.kind === 'array' ? [element, second.element] : null;
    case 'aggregate':
    case 'reduce':
      if (second === undefined) return null;
      return lambdaIndex === 2 ? [second, element] : [second];
    default:
      return null;
  }
}

function ofMap(name: string, key: DataType, value: DataType, second: DataType | undefined): readonly DataType[] | null {
  switch (name) {
    case 'map_filter':
    case 'transform_keys':
    case 'transform_values':
      return [key, value];
    case 'map_zip_with':
      return second?.kind === 'map' ? [key, value, second.value] : null;
    default:
      return null;
  }
}
