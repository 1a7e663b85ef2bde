import type { Span } from '../../sql/ast.ts';

const NULL_LITERAL = { kind: 'literal', value: null, type: { kind: 'void' } };

/** A parsed text with the part at `span` (the very object) replaced by NULL, so that what else is wrong with it can be seen. */
export function withNullAt<T>(tree: T, span: Span): T {
  if (Array.isArray(tree)) return tree.map((item) => withNullAt(item, span)) as T;
  if (typeof tree !== 'object' || tree === null) return tree;
  if ((tree as { span?: Span }).span === span) return NULL_LITERAL as T;
  return Object.fromEntries(
    Object.entries(tree).map(([key, value]) => [key, key === 'span' ? value : withNullAt(value, span)]),
  ) as T;
}
