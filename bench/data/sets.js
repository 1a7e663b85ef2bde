// The data sets by name, each with what it takes on the disk.
import { dataSet } from '../lib/cache.js';
import { writeArrays, writeKeyedRows, writeLargeFile, writeLines, writeRows, writeStateRows } from './writers.js';

const FILES = 20;
/** The writer of nested arrays puts this many records into a file. */
export const RECORDS_PER_FILE = 10;

/** Nested events as NDJSON, in 20 files. */
export const nestedLines = (events) =>
  dataSet('lines', { events, files: FILES }, events * 126, (folder) => writeLines(folder, events, FILES));

/** Nested events as arrays of 10, one array per file. */
export const nestedArrays = (files) =>
  dataSet('arrays', { files }, files * 4096, (folder) => writeArrays(folder, files, RECORDS_PER_FILE));

/** Flat events as CSV, in 20 files. */
export const flatRows = (events) =>
  dataSet('rows', { events, files: FILES }, events * 42, (folder) => writeRows(folder, events, FILES));

/** Flat events with a string key of `keys` values. */
export const keyedRows = (events, keys) =>
  dataSet('keyed', { events, keys, files: FILES }, events * 52, (folder) =>
    writeKeyedRows(folder, events, FILES, keys),
  );

/** One file of nested events, of at least `bytes` bytes. */
export const largeFile = (bytes) => dataSet('large', { bytes }, bytes, (folder) => writeLargeFile(folder, bytes));

/** A file that fills a state of `groups` groups, and `files` files that touch `touched` of them each. */
export const stateRows = (groups, touched, files) =>
  dataSet('state', { groups, touched, files }, groups * 20, (folder) => writeStateRows(folder, groups, touched, files));
