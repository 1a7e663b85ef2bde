// Runs files of constant SQL queries with Spark's own answers: node scripts/conformance-sql.js FILE...
// A case: { group, sql, output, schema } or { group, sql, error }. Prints each failure, ends with `N passed, M failed`.
import { readFileSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);
const { parseQuery } = await import(new URL('sql/parser.js', dist));
const { resolveExpression } = await import(new URL('sql/resolve.js', dist));
const { castTo, commonType } = await import(new URL('sql/coercion.js', dist));
const { hiveText } = await import(new URL('sql/values/text.js', dist));
const { compileProjection } = await import(new URL('codegen/expression.js', dist));
const { cellAt } = await import(new URL('batch.js', dist));
const { formatType, struct } = await import(new URL('schema.js', dist));

const timeZone = 'America/Los_Angeles';
const scope = { columns: [], timeZone };
const oneRow = { schema: struct([]), length: 1, vectors: [] };

/** The rows of a query without FROM, as typed expressions. */
function rowsOf(term) {
  if (term.kind === 'unionAll') return term.terms.flatMap(rowsOf);
  if (term.select.from !== null) throw new Error('only queries without FROM can be run here');
  return [term.select.items.map((item) => resolveExpression(item, scope))];
}

/** UNION ALL gives each column the common type of its rows. */
function unify(rows) {
  const types = rows[0].map((_, column) => commonType(rows.map((row) => row[column].type)));
  if (types.includes(null)) throw new Error('the rows of a UNION ALL have no common type');
  return rows.map((row) => row.map((expr, column) => castTo(expr, types[column])));
}

function evaluate(expr) {
  const [vector] = compileProjection([expr], { timeZone })(oneRow, { batchTimeMs: 0 });
  return cellAt(vector, 0);
}

function run(sql) {
  const rows = unify(rowsOf(parseQuery(sql)));
  const types = rows[0].map((expr) => expr.type);
  const lines = rows.map((row) => row.map((expr) => hiveText(expr.type, timeZone)(evaluate(expr))).join('\t'));
  return { types: types.map(formatType), output: lines.sort().join('\n') };
}

/** Examples from Spark's documentation lost the space around their results. */
function normal(text, group) {
  const lines = text.replace(/\r\n?/g, '\n');
  return group.startsWith('doc-') ? lines.trim() : lines.trimEnd();
}

/** Whether the types of Spark's `struct<name:type,...>`, in which names may hold anything, are these. */
function sameTypes(schema, types) {
  const intervals = schema.replace(
    /interval (?:day|hour|minute|second)(?: to (?:hour|minute|second))?/g,
    'interval day to second',
  );
  const pattern = types.map((type) => `[\\s\\S]*:${type.replace(/[()[\]{}*+?.\\^$|]/g, '\\$&')}`).join(',');
  return new RegExp(`^struct<${pattern}>$`).test(intervals);
}

/** What is wrong with a case, or null. */
function check({ group, sql, output, schema, error }) {
  let result;
  try {
    result = run(sql);
  } catch (failure) {
    const isRefusal = failure.name === 'ClickstreamError';
    // Not to know a function at all is no refusal of its arguments.
    if (error !== undefined && isRefusal && failure.code !== 'UNRESOLVED_ROUTINE') return null;
    return `${isRefusal ? `refused (${failure.code})` : 'crashed'}: ${isRefusal ? failure.message : failure.stack}`;
  }
  if (error !== undefined) return `gave ${JSON.stringify(result.output)}; expected the error ${error}`;
  if (normal(result.output, group) !== normal(output, group))
    return `gave ${JSON.stringify(result.output)}; expected ${JSON.stringify(output)}`;
  if (schema !== undefined && !sameTypes(schema, result.types))
    return `has types ${result.types.join(', ')}; expected ${schema}`;
  return null;
}

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('usage: npm run conformance:sql -- FILE...');
  process.exit(2);
}
let passed = 0;
let failed = 0;
for (const file of files) {
  for (const one of JSON.parse(readFileSync(file, 'utf8'))) {
    const problem = check(one);
    if (problem === null) passed++;
    else {
      failed++;
      console.log(`FAIL [${one.group}] ${one.sql}\n     ${problem}`);
    }
  }
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
