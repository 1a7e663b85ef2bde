import type { FileMetaData, RowGroup, SchemaElement } from 'hyparquet';

/** A column of a file's leaves. */
export interface Leaf {
  readonly element: SchemaElement;
  readonly maxDefinitionLevel: number;
  readonly maxRepetitionLevel: number;
  /** No list, no struct: a value, or null, per row. */
  readonly isFlat: boolean;
}

export class FooterError extends Error {}

const MAX_DEPTH = 64;
/** A row group is held in memory: more rows than this are no row group of anybody's, or cannot be read. */
const MAX_GROUP_ROWS = 2 ** 25;
const MAX_CHUNK_VALUES = 2 ** 27;

/**
 * Checks that a footer makes sense: one tree of columns, row groups that lie inside the file, and counts that fit each other. The library
 * takes all of it on trust. Gives the leaves by their path, joined by dots.
 *
 * @throws FooterError
 */
export function checkFooter(metadata: FileMetaData, fileSize: number): ReadonlyMap<string, Leaf> {
  const leaves = leavesOf(metadata.schema);
  checkPairs(metadata.key_value_metadata ?? []);
  let rows = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const where = `row group ${index}`;
    const groupRows = count(group.num_rows, `the rows of ${where}`, MAX_GROUP_ROWS);
    rows += groupRows;
    checkColumns(group, groupRows, leaves, fileSize, where);
  }
  const total = count(metadata.num_rows, 'its rows', Number.MAX_SAFE_INTEGER);
  if (rows !== total) fail(`the footer counts ${total} rows, its row groups ${rows}`);
  return leaves;
}

/** The library gives numbers where the footer says that its pairs are such. */
function checkPairs(pairs: NonNullable<FileMetaData['key_value_metadata']>): void {
  const arePairs = Array.isArray(pairs) && pairs.every(({ key }) => typeof key === 'string');
  if (!arePairs) fail('its keys and values are none');
}

function checkColumns(
  group: RowGroup,
  groupRows: number,
  leaves: ReadonlyMap<string, Leaf>,
  fileSize: number,
  where: string,
): void {
  const paths = new Set<string>();
  for (const { meta_data: chunk, file_path } of group.columns) {
    if (chunk === undefined || file_path !== undefined) fail(`${where} has a column outside of the file`);
    const path = chunk.path_in_schema.join('.');
    const leaf = leaves.get(path);
    if (leaf === undefined || paths.has(path)) fail(`${where} has a column "${path}" too many`);
    paths.add(path);
    const values = count(chunk.num_values, `the values of "${path}" in ${where}`, MAX_CHUNK_VALUES);
    if (leaf.isFlat ? values !== groupRows : values < groupRows) {
      fail(`column "${path}" has ${values} values in the ${groupRows} rows of ${where}`);
    }
    const { start, end } = chunkRange(chunk);
    if (!(start >= 4 && end >= start && end <= fileSize)) fail(`${where} lies outside the file`);
  }
  for (const path of leaves.keys()) if (!paths.has(path)) fail(`${where} has no column "${path}"`);
}

/** Where a column of a row group stands in the file. */
export function chunkRange(chunk: NonNullable<RowGroup['columns'][number]['meta_data']>) {
  const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
  return { start, end: start + Number(chunk.total_compressed_size) };
}

function leavesOf(schema: readonly SchemaElement[]): Map<string, Leaf> {
  const leaves = new Map<string, Leaf>();
  let at = 0;
  const visit = (path: readonly string[], definition: number, repetition: number): void => {
    const element = schema[at++];
    if (element === undefined || path.length > MAX_DEPTH) fail('the columns of the footer make no tree');
    const { name, num_children: children = 0, repetition_type: kind } = element;
    const isRoot = at === 1;
    if (typeof name !== 'string' || !Number.isSafeInteger(children) || children < 0) fail('a column has no name');
    if (!isRoot && kind === undefined) fail(`column "${name}" is neither required nor optional`);
    const inner = isRoot ? [] : [...path, name];
    const maxDefinitionLevel = definition + (isRoot || kind === 'REQUIRED' ? 0 : 1);
    const maxRepetitionLevel = repetition + (!isRoot && kind === 'REPEATED' ? 1 : 0);
    if (children > schema.length) fail('the columns of the footer make no tree');
    for (let child = 0; child < children; child++) visit(inner, maxDefinitionLevel, maxRepetitionLevel);
    if (isRoot || children > 0) return;
    const key = inner.join('.');
    if (element.type === undefined) fail(`column "${key}" has no type`);
    if (leaves.has(key)) fail(`column "${key}" is there twice`);
    leaves.set(key, {
      element,
      maxDefinitionLevel,
      maxRepetitionLevel,
      isFlat: inner.length === 1 && kind !== 'REPEATED',
    });
  };
  visit([], 0, 0);
  if (at !== schema.length) fail('the columns of the footer make no tree');
  return leaves;
}

function count(value: unknown, what: string, most: number): number {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : -1;
  if (Number.isSafeInteger(number) && number >= 0 && number <= most) return number;
  return fail(`${what} cannot be ${String(value)}`);
}

function fail(what: string): never {
  throw new FooterError(what);
}
