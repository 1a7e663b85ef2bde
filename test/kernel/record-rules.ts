import { NO_BYTE, type RecordRules } from '../../src/kernel/record-rules.ts';

/** Records of at most 1,000 bytes with none of the bytes that rows of fields may have, but for `more`. */
export function rules(between: number, more: Partial<RecordRules> = {}): RecordRules {
  return {
    between,
    maxRecordBytes: 1000,
    separator: NO_BYTE,
    quote: NO_BYTE,
    escape: NO_BYTE,
    nullText: new Uint8Array(0),
    comment: NO_BYTE,
    ...more,
  };
}
