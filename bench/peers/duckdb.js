// DuckDB's side: one SQL statement as a whole process, on two threads. node duckdb.js STATEMENT
import { DuckDBInstance } from '@duckdb/node-api';

const connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
await connection.run(process.argv[2]);
