import { analysisError } from './analysis-error.ts';

/** Brackets, calls, types and the like within each other. The parser is recursive: half of this is more than people write. */
export const MAX_NESTING = 150;
/** Levels of a whole tree: `a + b + c` is two. What is made of it (types, code) is recursive as well. */
const MAX_LEVELS = 1000;

/** The text is more than can be read (Spark's error class for what its own parser has no stack for). */
export function tooComplex(text: string, offset: number, what: string) {
  return analysisError('FAILED_TO_PARSE_TOO_COMPLEX', `${what}. Write it in several steps.`, {
    start: offset,
    end: offset,
    text,
  });
}

/** Refuses a tree that is too deep. @throws FAILED_TO_PARSE_TOO_COMPLEX */
export function checkLevels(tree: object, text: string): void {
  let level: object[] = [tree];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_LEVELS) throw tooComplex(text, 0, `a chain of more than ${MAX_LEVELS} operators`);
    level = level.flatMap(childrenOf);
  }
}

/** The nodes directly below a node, whatever it is: expressions, queries, relations, types. */
function childrenOf(node: object): object[] {
  return Object.values(node).flatMap((value: unknown) => {
    if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return [];
    return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [value];
  });
}
