// Whether outputs say the same: DuckDB reads them all and compares. A contender that did other work has not won.
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * Throws unless every output holds the same rows, in any order, each as often as in the others.
 *
 * @param outputs a SELECT per contender, all with the same columns
 * @returns what was compared, for people
 */
export async function sameRows(outputs) {
  return await withDuckDB(async (query) => {
    let first = null;
    for (const [who, select] of Object.entries(outputs)) {
      const [found] = await query(
        `select count(*) as count, coalesce(sum(hash(r)::hugeint), 0)::varchar as content from (${select}) r`,
      );
      first ??= { who, ...found };
      if (found.count === first.count && found.content === first.content) continue;
      throw new Error(`the outputs differ: ${first.who} has ${describe(first)}, ${who} has ${describe(found)}`);
    }
    if (first.count === '0') throw new Error('the outputs are empty');
    return `${Number(first.count).toLocaleString('en')} rows, each cell equal`;
  });
}

const describe = ({ count, content }) => `${count} rows (content ${content})`;

/**
 * Throws unless every output holds the same rows by key: `exact` columns equal, `close` ones (sums of doubles, whose last digits depend on
 * the order of addition) to 1e-9.
 */
export async function sameTable(outputs, { keys, exact, close }) {
  return await withDuckDB(async (query) => {
    const names = Object.keys(outputs);
    const columns = [...keys, ...exact, ...close];
    for (const [index, who] of names.entries()) {
      await query(`create table t${index} as select ${columns.join(', ')} from (${outputs[who]})`);
      if (index === 0) continue;
      const unequal = [
        ...[...keys, ...exact].map((c) => `a.${c} is distinct from b.${c}`),
        ...close.map((c) => `coalesce(abs(a.${c} - b.${c}) > 1e-9 * greatest(abs(a.${c}), abs(b.${c}), 1), true)`),
      ];
      const joined = `t0 a full join t${index} b on ${keys.map((key) => `a.${key} = b.${key}`).join(' and ')}`;
      const [{ count }] = await query(`select count(*) as count from ${joined} where ${unequal.join(' or ')}`);
      if (count === '0') continue;
      const [sample] = await query(`select a, b from ${joined} where ${unequal.join(' or ')} limit 1`);
      throw new Error(`${count} rows differ between ${names[0]} and ${who}, such as ${JSON.stringify(sample)}`);
    }
    const [{ count }] = await query('select count(*) as count from t0');
    if (count === '0') throw new Error('the outputs are empty');
    return `${Number(count).toLocaleString('en')} rows by ${keys.join(' and ')}`;
  });
}

async function withDuckDB(work) {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    return await work(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
