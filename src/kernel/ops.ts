/**
 * The numbers that the kernel (assembly/) and its host agree on. Both compile this file, so it holds plain constants only.
 */

// Kinds of operations in a shape.
/** The next bytes are exactly these, at most 8. */
export const SHORT_LITERAL = 0;
/** The next bytes are exactly these; `a` has a bit for each byte behind the last whole 16. */
export const LITERAL = 1;
/** A whole number that a double holds exactly, as a double. */
export const SAFE_INTEGER = 2;
/** A whole number within `a` and `b`, as an i32. */
export const SMALL_INTEGER = 3;
/** A number, as the nearest double. */
export const DOUBLE = 4;
/** A decimal with up to `a` digits behind the point, scaled by 10^a, below `b` without its sign, as an i64. */
export const DECIMAL = 5;
/** A text without escapes, as start and length. */
export const TEXT = 6;
/** The text of a number, as start and length. */
export const NUMBER_TEXT = 7;
/** Microseconds since 1970, as a double. */
export const TIMESTAMP = 8;
/** Days since 1970, as an i32. */
export const DATE = 9;
/** true or false, as an i32. */
export const BOOLEAN = 10;
/** No bytes: the column is null. */
export const ABSENT = 11;
/** No bytes: the column has a value. */
export const PRESENT = 12;
/** Any JSON value, at most `a` levels deep with at most `b` names in it. */
export const SKIP_VALUE = 13;
/** Any field of a row. */
export const SKIP_FIELD = 14;

// Flags of operations.
/** A value may be missing: null in JSON, an empty field in a row. */
export const NULLABLE = 1;
/** A timestamp without zone is UTC. */
export const UTC_DEFAULT = 2;
/** A field of a row: no quotes around texts. */
export const FIELD = 4;
/** The column's values take four bytes; without it, eight. */
export const NARROW = 8;

// What stands between records.
/** JSON values with any white space between. */
export const VALUES = 0;
/** Elements of a JSON array. */
export const ELEMENTS = 1;
/** JSON values, each alone on its line. */
export const LINES = 2;
/** Rows of separated fields. */
export const ROWS = 3;

// Why a run stopped.
/** No room for more rows. */
export const FULL = 0;
/** The input is over behind a record, or something else than a record follows. */
export const OVER = 1;
/** The next record fits no shape. */
export const MISS = 2;
/** The next record does not fit, maybe because the input ends in it. */
export const CUT = 3;

// Memory: static data, then the program, the columns, the input, and room to gather texts.
export const PROGRAM_BASE = 65536;
export const PROGRAM_BYTES = 131072;
export const COLUMNS_BASE = 196608;
/** Rows of one run. */
export const MAX_ROWS = 4096;
/** Where a column's validity stands behind its values, and how much room a column takes. */
export const VALIDITY_OFFSET = 32768;
export const COLUMN_BYTES = 36864;
/** Bytes of input in one go: few enough to stay in the cache. */
export const INPUT_BYTES = 262144;
/** Readable bytes behind the input, so that 16 bytes may be loaded at once; line ends, so that every scan stops there. */
export const PADDING = 64;

// An operation: kind u32, flags u32, literal or values u32, length or validity u32, a i64, b i64.
export const OP_BYTES = 32;
/** A shape in the table at the start of the program: first operation u32, end of the operations u32. */
export const SHAPE_BYTES = 8;
export const MAX_SHAPES = 16;
