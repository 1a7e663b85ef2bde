import type { ZoneOffset } from '../timestamp-bytes.ts';
import { nameText } from './names.ts';
import { decodeEscapes, utf8Text } from './strings.ts';
import { ARRAY, ESCAPED, FALSE, NULL, OBJECT, STRING, type Tokenizer, TRUE } from './tokenizer.ts';

/** Longer texts are cut in messages. */
const MAX_SHOWN = 60;

/** What all readers of a record share: its tokens, the rules, the first thing that did not fit, and the first name that is there twice. */
export class ReadContext {
  /** Whether something in the record did not fit. */
  failed = false;
  /** Path of a field of which the record has several values; null: there is none. */
  repeated: string | null = null;
  /** Where arrays and maps stand while they are read: an index, or ~(tape entry of the key). One per `[]` in a path. */
  readonly positions: number[] = [];
  /** The text that `openText` made available. */
  textBytes: Uint8Array = new Uint8Array(0);
  textStart = 0;
  textEnd = 0;
  private path = '';
  private expected = '';
  private entry = 0;
  private note = '';
  private failedPositions: number[] = [];

  constructor(
    readonly tokens: Tokenizer,
    /** Ours: the first misfit ends the record. Else Spark's: what does not fit is null and the rest is kept. */
    readonly strict: boolean,
    readonly zone: ZoneOffset,
  ) {}

  clear(): void {
    this.failed = false;
    this.repeated = null;
  }

  /** Remembers the first field that has several values. */
  noteRepeated(path: string): void {
    this.repeated ??= path;
  }

  /** Remembers the first misfit of a record. Always undefined, which is what a reader answers for no value. */
  fail(path: string, expected: string, entry: number, note = ''): undefined {
    if (this.failed) return;
    this.failed = true;
    this.path = path;
    this.expected = expected;
    this.entry = entry;
    this.note = note;
    this.failedPositions = this.positions.slice();
  }

  /** The field at `path` must have a value, and is not there (`entry` -1) or null. */
  failMissing(path: string, entry: number): undefined {
    return this.fail(path, '', entry);
  }

  /** Makes the text of a string available, escapes undone; false when the entry is no string. */
  openText(entry: number): boolean {
    const { tape, bytes } = this.tokens;
    const kind = tape[entry];
    if (kind !== STRING && kind !== ESCAPED) return false;
    this.textBytes = bytes;
    this.textStart = tape[entry + 1] as number;
    this.textEnd = tape[entry + 2] as number;
    if (kind === ESCAPED) {
      const plain = new Uint8Array(this.textEnd - this.textStart);
      this.textEnd = decodeEscapes(bytes, this.textStart, this.textEnd, plain, 0, false);
      this.textBytes = plain;
      this.textStart = 0;
    }
    return true;
  }

  /** What did not fit, for people. Holds as long as the record's tokens do. */
  reason(): string {
    const where = this.path === '' ? 'the record' : `field ${this.placedPath()}`;
    if (this.entry < 0) return `${where}: missing`;
    if (this.expected === '') return `${where}: null, but it must have a value`;
    return `${where}: expected ${this.expected}, found ${this.found(this.entry)}${this.note}`;
  }

  private placedPath(): string {
    let next = 0;
    return this.path.replaceAll('[]', () => {
      const position = this.failedPositions[next++] as number;
      return position >= 0 ? `[${position}]` : `[${JSON.stringify(nameText(this.tokens, ~position))}]`;
    });
  }

  private found(entry: number): string {
    const { tape, bytes } = this.tokens;
    const start = tape[entry + 1] as number;
    const end = tape[entry + 2] as number;
    switch (tape[entry]) {
      case NULL:
        return 'null';
      case TRUE:
        return 'true';
      case FALSE:
        return 'false';
      case OBJECT:
        return 'an object';
      case ARRAY:
        return 'an array';
      case STRING:
      case ESCAPED:
        return `the string "${shown(bytes, start, end)}"`;
      default:
        return `the number ${shown(bytes, start, end)}`;
    }
  }
}

function shown(bytes: Uint8Array, start: number, end: number): string {
  if (end - start <= MAX_SHOWN) return utf8Text(bytes, start, end);
  let cut = start + MAX_SHOWN;
  while (((bytes[cut] as number) & 0xc0) === 0x80) cut--;
  return `${utf8Text(bytes, start, cut)}…`;
}
