import { didYouMean } from '../errors.ts';
import { array, type DataType, formatType, INT, STRING } from '../schema.ts';
import { analysisError } from './analysis-error.ts';
import type { Expr, Span } from './ast.ts';
import type { Scope, ScopeColumn, TypedExpr } from './typed.ts';

/**
 * Finds what `a.b.c` names: a column by its qualifier, else a column, then struct fields for the parts that are left
 * (Spark's `AttributeSeq.resolve`). Names are compared without regard to case.
 */
export function resolveName(parts: readonly string[], scope: Scope, span?: Span): TypedExpr {
  const qualified = parts.length > 1 ? columnsNamed(scope, parts[1] as string, parts[0] as string) : [];
  const found = qualified.length > 0 ? qualified : columnsNamed(scope, parts[0] as string);
  const [column] = found;
  if (column === undefined) throw unresolvedColumn(parts, scope, span);
  if (found.length > 1)
    throw ambiguous(
      parts,
      found.map((index) => scope.columns[index] as ScopeColumn),
      span,
    );
  const { name, type, nullable } = scope.columns[column] as ScopeColumn;
  const input: TypedExpr = { kind: 'input', index: column, name, type, nullable };
  return parts
    .slice(qualified.length > 0 ? 2 : 1)
    .reduce<TypedExpr>((child, part) => extractField(child, part, span), input);
}

function columnsNamed(scope: Scope, name: string, qualifier?: string): number[] {
  const indices: number[] = [];
  for (const [index, column] of scope.columns.entries()) {
    if (!sameName(column.name, name)) continue;
    if (qualifier !== undefined && (column.qualifier === undefined || !sameName(column.qualifier, qualifier))) continue;
    indices.push(index);
  }
  return indices;
}

/** `child.name`: a struct's field, the field of every struct of an array, or the value of a map's key. */
export function extractField(child: TypedExpr, name: string, span?: Span): TypedExpr {
  const { type } = child;
  if (type.kind === 'struct') {
    const { ordinal, field } = findField(type, name, span);
    return { kind: 'field', child, ordinal, type: field.type, nullable: child.nullable || field.nullable };
  }
  if (type.kind === 'array' && type.element.kind === 'struct') {
    const { ordinal, field } = findField(type.element, name, span);
    const ordinalArg: TypedExpr = { kind: 'literal', value: ordinal, type: INT, nullable: false };
    return {
      kind: 'call',
      name: 'array_struct_field',
      args: [child, ordinalArg],
      type: array(field.type),
      nullable: child.nullable,
    };
  }
  if (type.kind === 'map' && type.key.kind === 'string') {
    const key: TypedExpr = { kind: 'literal', value: name, type: STRING, nullable: false };
    return { kind: 'call', name: '[]', args: [child, key], type: type.value, nullable: true };
  }
  throw analysisError(
    'INVALID_EXTRACT_BASE_FIELD_TYPE',
    `"${name}" is read from a value of type ${formatType(type)}, which has no fields.`,
    span,
  );
}

function findField(type: Extract<DataType, { kind: 'struct' }>, name: string, span?: Span) {
  const ordinals = type.fields.flatMap((field, i) => (sameName(field.name, name) ? [i] : []));
  const [ordinal] = ordinals;
  const names = type.fields.map((field) => field.name);
  if (ordinal === undefined) {
    throw analysisError(
      'FIELD_NOT_FOUND',
      `there is no field "${name}".${didYouMean(name, names)} The struct has: ${names.join(', ')}.`,
      span,
    );
  }
  if (ordinals.length > 1) {
    throw analysisError('AMBIGUOUS_REFERENCE_TO_FIELDS', `the struct has more than one field "${name}".`, span);
  }
  return { ordinal, field: type.fields[ordinal] as (typeof type.fields)[number] };
}

/** The columns that `*` or `qualifier.*` stands for; of a struct column, its fields. */
export function expandStar(star: Extract<Expr, { kind: 'star' }>, scope: Scope): { name: string; expr: TypedExpr }[] {
  const { qualifier, span } = star;
  const named = (column: ScopeColumn, index: number) => {
    const { name, type, nullable } = column;
    return { name, expr: { kind: 'input', index, name, type, nullable } as TypedExpr };
  };
  const columns = scope.columns.map(named);
  if (qualifier === undefined) return columns;
  const matching = columns.filter((_, i) => sameName((scope.columns[i] as ScopeColumn).qualifier ?? '', qualifier));
  if (matching.length > 0) return matching;
  const child = resolveName(qualifier.split('.'), scope, span);
  if (child.type.kind !== 'struct') {
    throw analysisError(
      'CANNOT_RESOLVE_STAR_EXPAND',
      `"${qualifier}.*" needs a table or a struct, but it is ${formatType(child.type)}.`,
      span,
    );
  }
  return child.type.fields.map((field) => ({ name: field.name, expr: extractField(child, field.name, span) }));
}

function unresolvedColumn(parts: readonly string[], scope: Scope, span?: Span): Error {
  const name = parts.join('.');
  const names = scope.columns.map((column) => column.name);
  const qualifiedNames = scope.columns.map((column) => `${column.qualifier}.${column.name}`);
  const hint = didYouMean(name, parts.length > 1 ? [...qualifiedNames, ...names] : names);
  const columns = names.length === 0 ? 'There are no columns here.' : `The columns are: ${names.join(', ')}.`;
  return analysisError('UNRESOLVED_COLUMN', `there is no column "${name}".${hint} ${columns}`, span);
}

function ambiguous(parts: readonly string[], columns: readonly ScopeColumn[], span?: Span): Error {
  const choices = columns.map((column) => `${column.qualifier ?? '(no alias)'}.${column.name}`).join(', ');
  return analysisError(
    'AMBIGUOUS_REFERENCE',
    `"${parts.join('.')}" may mean any of: ${choices}. Write the table's alias before it.`,
    span,
  );
}

function sameName(a: string, b: string): boolean {
  return a.length === b.length && a.toLowerCase() === b.toLowerCase();
}
