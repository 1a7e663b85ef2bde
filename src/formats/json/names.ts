import type { Field } from '../../schema.ts';
import { decodeEscapes, utf8Text } from './strings.ts';
import { ESCAPED, type Tokenizer } from './tokenizer.ts';

/** Names remembered by their place in the object; longer objects look up the rest. */
const MAX_REMEMBERED = 512;

/**
 * Finds a schema's fields in JSON objects. A name that is a field's own belongs to it; any other belongs to the first
 * field that it equals without regard to case, unless the object also has that field's own name. Of
 * a repeated name the last one counts, as in JSON.parse, and of several spellings of one field.
 */
export class FieldNames {
  private readonly exact = new Map<string, number>();
  private readonly folded = new Map<string, number>();
  private readonly foldedSlots: Int32Array;
  private readonly foldedTwice: Uint8Array;
  /** Objects of one producer have the same names at the same places: what stood there last, and what it meant. */
  private readonly remembered: Uint8Array[] = [];
  private readonly meanings: number[] = [];

  constructor(fields: readonly Field[]) {
    fields.forEach(({ name }, index) => {
      if (!this.exact.has(name)) this.exact.set(name, index);
      const lower = name.toLowerCase();
      if (!this.folded.has(lower)) this.folded.set(lower, index);
    });
    this.foldedSlots = new Int32Array(fields.length);
    this.foldedTwice = new Uint8Array(fields.length);
  }

  /**
   * Sets `slots[i]` to the tape entry of field i's value in the object at `entry`, or to -1. Gives a field of which that value is not the
   * only one; -1: there is none.
   */
  find(tokens: Tokenizer, entry: number, slots: Int32Array): number {
    const { tape } = tokens;
    const last = tape[entry + 3] as number;
    let anyFolded = false;
    let repeated = -1;
    slots.fill(-1);
    for (let name = entry + 4, place = 0; name < last; place++) {
      const value = name + 4;
      const meaning = this.meaning(tokens, name, place);
      if (meaning >= 0) {
        if (slots[meaning] !== -1) repeated = meaning;
        slots[meaning] = value;
      } else if (meaning !== UNKNOWN) {
        if (!anyFolded) this.forgetFolded();
        anyFolded = true;
        this.setFolded(-2 - meaning, value);
      }
      name = tape[value + 3] as number;
    }
    if (!anyFolded) return repeated;
    for (let i = 0; i < slots.length; i++) {
      if (slots[i] !== -1) continue;
      slots[i] = this.foldedSlots[i] as number;
      if (this.foldedTwice[i] === 1) repeated = i;
    }
    return repeated;
  }

  private forgetFolded(): void {
    this.foldedSlots.fill(-1);
    this.foldedTwice.fill(0);
  }

  private setFolded(field: number, value: number): void {
    if (this.foldedSlots[field] !== -1) this.foldedTwice[field] = 1;
    this.foldedSlots[field] = value;
  }

  /** Index of the field with exactly this name; -2 - index for the one that only equals it without case; UNKNOWN. */
  private meaning(tokens: Tokenizer, name: number, place: number): number {
    const { tape, bytes } = tokens;
    const start = tape[name + 1] as number;
    const end = tape[name + 2] as number;
    const remembered = this.remembered[place];
    if (remembered !== undefined && sameBytes(remembered, bytes, start, end)) return this.meanings[place] as number;
    const meaning = this.lookUp(nameText(tokens, name));
    if (place < MAX_REMEMBERED && place <= this.remembered.length) {
      this.remembered[place] = bytes.slice(start, end);
      this.meanings[place] = meaning;
    }
    return meaning;
  }

  private lookUp(text: string): number {
    const exact = this.exact.get(text);
    if (exact !== undefined) return exact;
    const folded = this.folded.get(text.toLowerCase());
    return folded === undefined ? UNKNOWN : -2 - folded;
  }
}

const UNKNOWN = -1;

function sameBytes(name: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (name.length !== end - start) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[start + i]) return false;
  return true;
}

/** The text of a string entry. Half a surrogate pair gives `?`. */
export function nameText({ tape, bytes }: Tokenizer, entry: number): string {
  const start = tape[entry + 1] as number;
  const end = tape[entry + 2] as number;
  if (tape[entry] !== ESCAPED) return utf8Text(bytes, start, end);
  const plain = new Uint8Array(end - start);
  return utf8Text(plain, 0, decodeEscapes(bytes, start, end, plain, 0, false));
}
