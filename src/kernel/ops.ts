/**
 * The numbers that the kernel (assembly/) and its host agree on. Both compile this file, so it holds plain constants only.
 */

// Kinds of operations in a shape: what stands behind the operation's literal.
/** Nothing: the record is over. */
export const END = 0;
/** A whole number that a double holds exactly, as a double. */
export const SAFE_INTEGER = 1;
/** A whole number within `a` and `b`, as an i32. */
export const SMALL_INTEGER = 2;
/** A number, as the nearest double. Projected: a text of at most `a` digits is the shortest one of its value. */
export const DOUBLE = 3;
/** A decimal with up to `a` digits behind the point, scaled by 10^a, below `b` without its sign, as an i64. */
export const DECIMAL = 4;
/** A text, as start and length; the length may have one of the marks below. */
export const TEXT = 5;
/** The text of a number, as start and length. */
export const NUMBER_TEXT = 6;
/** Microseconds since 1970, as a double. */
export const TIMESTAMP = 7;
/** Days since 1970, as an i32. */
export const DATE = 8;
/** true or false, as an i32. */
export const BOOLEAN = 9;
/** No bytes: the column is null. */
export const ABSENT = 10;
/** No bytes: the column has a value. */
export const PRESENT = 11;
/** Any JSON value, at most `a` levels deep with at most `b` names in it. */
export const SKIP_VALUE = 12;
/** Any field of a row. */
export const SKIP_FIELD = 13;

// Flags of operations.
/** A value may be missing: null in JSON, an empty field in a row. */
export const NULLABLE = 1;
/** A timestamp without zone is UTC. */
export const UTC_DEFAULT = 2;
/** A field of a row: with quotes around it or without. */
export const FIELD = 4;
/** The column's values take four bytes; without it, eight. */
export const NARROW = 8;
/** A field that is nothing in quotes is null. */
export const EMPTY_NULL = 16;
/** A field that is nothing in quotes is an empty text. */
export const EMPTY_TEXT = 32;
/** The text that stands for null does so in quotes too. */
export const QUOTED_NULL = 64;

// Marks in the length of a text.
/** It has JSON's escapes. */
export const ESCAPED_TEXT = 0x80000000;
/** It has doubled quotes. */
export const DOUBLED_TEXT = 0x40000000;

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
/** No room for more rows, or for more text. */
export const FULL = 0;
/** The input is over behind a record, or something else than a record follows. */
export const OVER = 1;
/** The next record fits no shape. */
export const MISS = 2;
/** The next record does not fit, maybe because the input ends in it. */
export const CUT = 3;

// Memory: static data, the program, what a projection needs, the input, room for texts, rooms for bytes to be read into, and the columns.
export const PROGRAM_BASE = 65536;
export const PROGRAM_BYTES = 131072;
/** A program has no more columns; they would take more memory than they save time. */
export const MAX_COLUMNS = 1000;
/** A projection writes no more columns, and no longer text for null or empty. */
export const MAX_OUTPUTS = 1000;
export const MAX_FIXED_TEXT = 256;
/** By column: address and size of its text, u32 each. */
export const SLOTS_BASE = 196608;
/** By column: 1 where the projection wants it. */
export const WANTED_BASE = 204800;
/** The addresses of the slots in the order of the output, u32 each. */
export const OUTPUTS_BASE = 206848;
/** By byte: what it means in a text, see below. */
export const TEXT_FLAGS_BASE = 211968;
export const NULL_TEXT_BASE = 212480;
/** What stands for null in a row besides nothing; shorter than any look ahead of the kernel. */
export const FIELD_NULL_BASE = 212736;
export const MAX_FIELD_NULL = 48;
export const EMPTY_TEXT_BASE = 212992;
/** By column: room for a text that is not in the input as it has to be written. */
export const SCRATCH_BASE = 213504;
export const SCRATCH_BYTES = 64;
/** Rows of one run. */
export const MAX_ROWS = 4096;
/** Where a column's validity stands behind its values, and how much room a column takes. */
export const VALIDITY_OFFSET = 32768;
export const COLUMN_BYTES = 36864;
/** Projected to JSON, by output: address and size of its name as it is written, u32 each; behind them the names. */
export const NAMES_BASE = 278528;
export const NAMES_BYTES = 65536;
/** Where input is copied to that stands outside of the kernel's memory. */
export const INPUT_BASE = 344064;
/** Bytes of input in one go: few enough to stay in the cache. */
export const INPUT_BYTES = 262144;
/** Readable bytes behind the input, so that 16 bytes may be loaded at once; line ends, so that every scan stops there. */
export const PADDING = 64;
/** Room to gather texts and their ends, or for what a projection writes: INPUT_BYTES and the ends take less. */
export const TEXT_BASE = 606272;
/** Room for the text that one run of a projection writes. */
export const OUTPUT_BYTES = 524288;
/** Rooms that bytes are read into, each with PADDING behind. */
export const ROOMS_BASE = 1130624;
export const ROOM_BYTES = 327680;
export const ROOMS = 2;
/** Where the bytes are that end values, u32 each: see assembly/marks.ts. */
export const MARKS_BASE = 1786112;
export const MARKS = 1024;
export const COLUMNS_BASE = 1794304;

// Flags of bytes in the texts of a projection.
/** A text with this byte is quoted; so is one that begins or ends with such a byte. */
export const IN_TEXT = 1;
export const AT_START = 2;
export const AT_END = 4;
/** A text that begins with it is the host's. */
export const HOST_AT_START = 8;

// An operation: kind u32, flags u32, values u32, validity u32, a i64, b i64; the literal before it: its first 16 bytes, its last 16 (the first
// again when it has no more), size u32, where the last 16 begin u32, a bit for each byte that counts in both u32, and LONG_LITERAL for one of
// more than 32 bytes, address of all of it u32; column u32; the record's mark that is the literal's first i32 (-1: the one before the record), and
// how far that is behind the literal's start i32.
export const OP_BYTES = 96;
export const LONG_LITERAL = 0x10000;
/**
 * A shape in the table at the start of the program: first operation u32, LF bytes in a record (or VARYING_LINES) u32, marks in a record (0
 * where they do not tell where values are) u32, and the byte between two of which there are no marks (0: there is none) u32. Behind END stand the
 * operations without bytes: those of kind ABSENT, then those of kind PRESENT, then END again.
 */
export const SHAPE_BYTES = 16;
export const MAX_SHAPES = 16;
/** A record may hold any number of line ends. */
export const VARYING_LINES = 0xffffffff;

// Kinds of cells that are encoded, and of what stands around those of a struct in JSON.
/** A whole number that a double holds exactly, as a double. */
export const CELL_INTEGER = 0;
/** A double. */
export const CELL_REAL = 1;
/** Microseconds since 1970, as a double. */
export const CELL_TIME = 2;
/** UTF-8, by offsets. */
export const CELL_TEXT = 3;
/** A byte, 0 or 1. */
export const CELL_FLAG = 4;
/** An i32. */
export const CELL_SMALL_INTEGER = 5;
/** Text that is written as it is, by offsets. */
export const CELL_RAW = 6;
/** The beginning and the end of a struct's fields. */
export const CELL_OPEN = 7;
export const CELL_CLOSE = 8;
/** Bytes that any cell takes at most without those of its text. */
export const CELL_BYTES = 40;
/** A field, or one end of a struct, in an encoder of JSON: seven words, see assembly/encode-json.ts. */
export const JSON_STEP_BYTES = 32;
