import { nodeText } from './json-read.ts';
import type { JsonNode } from './json-text.ts';

/** Paths of get_json_object: `$`, `.name`, `['name']`, `[n]`, `[*]`, `.*`. */
export type JsonPath = readonly PathStep[];

type PathStep = { readonly key: string } | { readonly index: number } | { readonly any: 'field' | 'element' };

/** Null when the text is no path. */
export function parseJsonPath(text: string): JsonPath | null {
  if (!text.startsWith('$')) return null;
  const steps: PathStep[] = [];
  const step = /\.\*|\[\*\]|\['\*'\]|\[(\d+)\]|\['([^'?]+)'\]|\.([^.[]+)/y;
  step.lastIndex = 1;
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (match === null) return null;
    const [all, index, quoted, name] = match;
    if (index !== undefined) steps.push({ index: Number(index) });
    else if (quoted !== undefined) steps.push({ key: quoted });
    else if (name !== undefined) steps.push({ key: name });
    else steps.push({ any: all === '[*]' ? 'element' : 'field' });
  }
  return steps;
}

/**
 * What the path finds, as text: strings bare, everything else as JSON. Several finds of `[*]` make an array, one stands
 * alone, as in Hive (Spark's `GetJsonObjectEvaluator`).
 */
export function textAtPath(node: JsonNode, path: JsonPath): string | null {
  const found = evaluate(node, path, 'raw');
  return found.length === 0 ? null : found.join('');
}

/** How a find is written: bare, in quotes (it stands in an array), or in quotes with its own array opened into the outer one. */
type Style = 'raw' | 'quoted' | 'flatten';

function evaluate(node: JsonNode, path: JsonPath, style: Style): readonly string[] {
  const [step, ...rest] = path;
  if (step === undefined) return write(node, style);
  if (node.kind === 'object') return evaluateObject(node.entries, step, rest, style);
  if (node.kind !== 'array') return [];
  if ('index' in step) {
    const item = node.items[step.index];
    const next = rest[0] !== undefined && isElementWildcard(rest[0]) ? 'quoted' : style;
    return item === undefined ? [] : evaluate(item, rest, next);
  }
  return isElementWildcard(step) ? evaluateElements(node.items, rest, style) : [];
}

function write(node: JsonNode, style: Style): readonly string[] {
  if (node.kind === 'string' && style === 'raw') return [node.value];
  if (node.kind === 'array' && style === 'flatten') return node.items.flatMap((item) => evaluate(item, [], style));
  return [nodeText(node)];
}

function isElementWildcard(step: PathStep): boolean {
  return 'any' in step && step.any === 'element';
}

/** The first field that gives something wins. */
function evaluateObject(
  entries: readonly (readonly [string, JsonNode])[],
  step: PathStep,
  rest: JsonPath,
  style: Style,
): readonly string[] {
  for (const [key, value] of entries) {
    const matches = 'key' in step ? step.key === key && value.kind !== 'null' : 'any' in step && step.any === 'field';
    const found = matches ? evaluate(value, rest, style) : [];
    if (found.length > 0) return found;
  }
  return [];
}

function evaluateElements(items: readonly JsonNode[], rest: JsonPath, style: Style): readonly string[] {
  const [next, ...behind] = rest;
  if (next !== undefined && isElementWildcard(next))
    return inArray(items.map((item) => evaluate(item, behind, 'flatten')));
  const found = items.map((item) => evaluate(item, rest, style === 'flatten' ? 'flatten' : 'quoted'));
  const hits = found.filter((texts) => texts.length > 0);
  if (style === 'quoted') return inArray(found);
  if (hits.length > 1) return inArray(found);
  return hits.length === 1 ? [(hits[0] as readonly string[]).join(',')] : [];
}

function inArray(found: readonly (readonly string[])[]): readonly string[] {
  const texts = found.flat();
  return texts.length === 0 ? [] : [`[${texts.join(',')}]`];
}
