/** How to cut the input into records. */
export interface RecordRules {
  /** VALUES, ELEMENTS, LINES or ROWS. */
  readonly between: number;
  /** A longer record fits no shape. */
  readonly maxRecordBytes: number;
  /** ROWS: the byte between two fields, the quote, and the byte that begins a comment; NO_BYTE for none. */
  readonly separator: number;
  readonly quote: number;
  /** ROWS: the byte that escapes a quote; NO_BYTE where another quote does. */
  readonly escape: number;
  /** ROWS: what stands for null besides nothing, which no value but a text begins with: at most MAX_FIELD_NULL bytes without separator, quote or line end. */
  readonly nullText: Uint8Array;
  readonly comment: number;
}

/** Stands for no byte. */
export const NO_BYTE = 256;
