import type { FileMetaData, SchemaElement } from 'hyparquet';
import { dataError } from '../../errors.ts';
import {
  array,
  BINARY,
  BOOLEAN,
  BYTE,
  DATE,
  type DataType,
  DOUBLE,
  decimal,
  type Field,
  FLOAT,
  field,
  INT,
  LONG,
  map,
  type Schema,
  SHORT,
  STRING,
  struct,
  TIMESTAMP,
} from '../../schema.ts';

/** A node of a Parquet file's schema. */
interface Node {
  readonly element: SchemaElement;
  readonly children: readonly Node[];
}

/** How the values that the library gives, bare of their logical types, become cells. */
export type Shape =
  | { readonly kind: 'plain' }
  /** Microseconds from an integer: `per` of them make one, or one makes `times`. */
  | { readonly kind: 'time'; readonly times: bigint; readonly per: bigint }
  | { readonly kind: 'unsigned'; readonly bits: 32 | 64 }
  | { readonly kind: 'decimal' }
  | { readonly kind: 'list'; readonly element: Shape }
  /** A list that the library gives as a struct of its repeated group, whose name this is; so are maps. */
  | {
      readonly kind: 'entries';
      readonly group: string;
      readonly key: string;
      readonly value: string;
      readonly shapes: readonly [Shape, Shape];
    }
  | { readonly kind: 'struct'; readonly names: readonly string[]; readonly shapes: readonly Shape[] };

export interface FileSchema {
  readonly schema: Schema;
  /** Per field of `schema`. */
  readonly shapes: readonly Shape[];
  /** The file's metadata without logical types, so that the library hands out exact values: it makes doubles of decimals. */
  readonly bare: FileMetaData;
}

/** The schema of a Parquet file, as Spark reads it (`ParquetToSparkSchemaConverter`). */
export function fileSchema(metadata: FileMetaData): FileSchema {
  let at = 0;
  const take = (): Node => {
    const element = metadata.schema[at++] as SchemaElement;
    return { element, children: Array.from({ length: element.num_children ?? 0 }, take) };
  };
  const columns = take().children.map(columnOf);
  return {
    schema: struct(columns.map((column) => column.field)),
    shapes: columns.map((column) => column.shape),
    bare: { ...metadata, schema: metadata.schema.map(bareElement) },
  };
}

function bareElement(element: SchemaElement): SchemaElement {
  const { name, type, type_length, repetition_type, num_children } = element;
  const bare = { name, type, type_length, repetition_type, num_children };
  // Maps are read as lists of entries: the library makes objects of them, which loses the type and the order of keys.
  return element.converted_type === 'LIST' || element.logical_type?.type === 'LIST'
    ? { ...bare, converted_type: 'LIST' }
    : bare;
}

interface Column {
  readonly field: Field;
  readonly shape: Shape;
}

function columnOf(node: Node): Column {
  const { element, children } = node;
  const { name } = element;
  if (element.repetition_type === 'REPEATED') throw unsupported(element, 'a repeated field outside of a list');
  const nullable = element.repetition_type !== 'REQUIRED';
  if (children.length === 0) {
    const { type, shape } = leaf(element);
    return { field: field(name, type, nullable), shape };
  }
  const logical = element.converted_type ?? element.logical_type?.type;
  if (logical === 'LIST') return listColumn(node, nullable);
  if (logical === 'MAP' || logical === 'MAP_KEY_VALUE') return mapColumn(node, nullable);
  const columns = children.map(columnOf);
  const type = struct(columns.map((column) => column.field));
  const names = children.map((child) => child.element.name);
  return { field: field(name, type, nullable), shape: { kind: 'struct', names, shapes: columns.map((c) => c.shape) } };
}

function listColumn({ element, children }: Node, nullable: boolean): Column {
  const [repeated] = children;
  const [item] = repeated?.children ?? [];
  if (
    children.length !== 1 ||
    repeated?.element.repetition_type !== 'REPEATED' ||
    repeated.children.length !== 1 ||
    item === undefined
  ) {
    throw unsupported(element, 'a list of an old form (not list.element)');
  }
  const inner = columnOf(item);
  return {
    field: field(element.name, array(inner.field.type), nullable),
    shape: { kind: 'list', element: inner.shape },
  };
}

function mapColumn({ element, children }: Node, nullable: boolean): Column {
  const [repeated] = children;
  const [keyNode, valueNode] = repeated?.children ?? [];
  if (repeated === undefined || keyNode === undefined || valueNode === undefined)
    throw unsupported(element, 'a map without values');
  const key = columnOf(keyNode);
  const value = columnOf(valueNode);
  return {
    field: field(element.name, map(key.field.type, value.field.type), nullable),
    shape: {
      kind: 'entries',
      group: repeated.element.name,
      key: keyNode.element.name,
      value: valueNode.element.name,
      shapes: [key.shape, value.shape],
    },
  };
}

const PLAIN: Shape = { kind: 'plain' };
const MICROS: Shape = { kind: 'time', times: 1n, per: 1n };
const MILLIS: Shape = { kind: 'time', times: 1000n, per: 1n };
const NANOS: Shape = { kind: 'time', times: 1n, per: 1000n };

interface Leaf {
  readonly type: DataType;
  readonly shape: Shape;
}

function leaf(element: SchemaElement): Leaf {
  const { converted_type: converted, logical_type: logical } = element;
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') return decimalLeaf(element);
  switch (element.type) {
    case 'BOOLEAN':
      return { type: BOOLEAN, shape: PLAIN };
    case 'INT32':
      return int32Leaf(element);
    case 'INT64':
      return int64Leaf(element);
    case 'INT96':
      // The library gives nanoseconds.
      return { type: TIMESTAMP, shape: NANOS };
    case 'FLOAT':
      return { type: FLOAT, shape: PLAIN };
    case 'DOUBLE':
      return { type: DOUBLE, shape: PLAIN };
    case 'BYTE_ARRAY': {
      const text = converted === 'UTF8' || converted === 'ENUM' || converted === 'JSON';
      return { type: text || logical?.type === 'STRING' || logical?.type === 'JSON' ? STRING : BINARY, shape: PLAIN };
    }
    case 'FIXED_LEN_BYTE_ARRAY':
      if (logical?.type === 'FLOAT16') break;
      return { type: BINARY, shape: PLAIN };
  }
  throw unsupported(element, `type ${logical?.type ?? element.type}`);
}

function decimalLeaf(element: SchemaElement): Leaf {
  const { logical_type: logical } = element;
  const precision = element.precision ?? (logical?.type === 'DECIMAL' ? logical.precision : 0);
  const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0);
  if (precision < 1 || precision > 38) throw unsupported(element, `a decimal of ${precision} digits`);
  return { type: decimal(precision, scale), shape: { kind: 'decimal' } };
}

function int32Leaf(element: SchemaElement): Leaf {
  const { logical_type: logical } = element;
  const width = logical?.type === 'INTEGER' ? `${logical.isSigned ? 'INT' : 'UINT'}_${logical.bitWidth}` : undefined;
  switch (element.converted_type ?? (logical?.type === 'DATE' ? 'DATE' : width)) {
    case undefined:
    case 'INT_32':
    case 'UINT_16':
      return { type: INT, shape: PLAIN };
    case 'INT_8':
      return { type: BYTE, shape: PLAIN };
    case 'INT_16':
    case 'UINT_8':
      return { type: SHORT, shape: PLAIN };
    case 'UINT_32':
      return { type: LONG, shape: { kind: 'unsigned', bits: 32 } };
    case 'DATE':
      return { type: DATE, shape: PLAIN };
  }
  throw unsupported(element, `type ${element.converted_type ?? logical?.type}`);
}

function int64Leaf(element: SchemaElement): Leaf {
  const { logical_type: logical } = element;
  if (logical?.type === 'TIMESTAMP') {
    const shapes = { MILLIS, MICROS, NANOS };
    return { type: TIMESTAMP, shape: shapes[logical.unit] };
  }
  const unsigned = logical?.type === 'INTEGER' && !logical.isSigned;
  switch (element.converted_type ?? (unsigned ? 'UINT_64' : undefined)) {
    case undefined:
      if (logical === undefined || logical.type === 'INTEGER') return { type: LONG, shape: PLAIN };
      break;
    case 'INT_64':
      return { type: LONG, shape: PLAIN };
    case 'UINT_64':
      return { type: decimal(20, 0), shape: { kind: 'unsigned', bits: 64 } };
    case 'TIMESTAMP_MILLIS':
      return { type: TIMESTAMP, shape: MILLIS };
    case 'TIMESTAMP_MICROS':
      return { type: TIMESTAMP, shape: MICROS };
  }
  throw unsupported(element, `type ${element.converted_type ?? logical?.type}`);
}

function unsupported(element: SchemaElement, what: string) {
  return dataError(
    'PARQUET_TYPE',
    `parquet: column "${element.name}" is ${what}, which cannot be read. Leave it out when writing the file.`,
  );
}
