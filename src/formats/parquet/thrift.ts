/**
 * Reads structs of Thrift's compact protocol, as far as page headers need them: whole numbers, booleans and structs by their field ids;
 * all else is stepped over. Throws `ThriftError` for bytes that are none.
 */
export interface ThriftStruct {
  readonly fields: ReadonlyMap<number, number | boolean | ThriftStruct>;
  /** Index behind the struct. */
  readonly end: number;
}

export class ThriftError extends Error {}

const MAX_DEPTH = 8;

export function readThriftStruct(bytes: Uint8Array, at: number): ThriftStruct {
  return new ThriftReader(bytes, at).struct(0);
}

class ThriftReader {
  constructor(
    private readonly bytes: Uint8Array,
    private at: number,
  ) {}

  struct(depth: number): ThriftStruct {
    if (depth > MAX_DEPTH) throw new ThriftError('a header is nested too deep');
    const fields = new Map<number, number | boolean | ThriftStruct>();
    let id = 0;
    for (;;) {
      const byte = this.byte();
      const kind = byte & 15;
      if (kind === 0) return { fields, end: this.at };
      id = byte >> 4 === 0 ? this.signed() : id + (byte >> 4);
      const value = this.value(kind, depth);
      if (value !== null) fields.set(id, value);
    }
  }

  private value(kind: number, depth: number): number | boolean | ThriftStruct | null {
    switch (kind) {
      case 1:
      case 2:
        return kind === 1;
      case 3:
        return (this.byte() << 24) >> 24;
      case 4:
      case 5:
        return this.signed();
      case 6:
        this.unsigned();
        return null;
      case 7:
        return this.skip(8);
      case 8:
        return this.skip(this.unsigned());
      case 9:
        return this.list(depth);
      case 12:
        return this.struct(depth + 1);
      default:
        throw new ThriftError(`a header holds a value of the unknown kind ${kind}`);
    }
  }

  private list(depth: number): null {
    const byte = this.byte();
    const count = byte >> 4 === 15 ? this.unsigned() : byte >> 4;
    const kind = byte & 15;
    for (let i = 0; i < count; i++) {
      if (kind <= 2) this.byte();
      else this.value(kind, depth + 1);
    }
    return null;
  }

  private signed(): number {
    const value = this.unsigned();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  private unsigned(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      if (factor > 2 ** 63) throw new ThriftError('a header holds a number without end');
    }
  }

  private skip(count: number): null {
    this.at += count;
    if (this.at > this.bytes.length) throw new ThriftError('a header is cut off');
    return null;
  }

  private byte(): number {
    if (this.at >= this.bytes.length) throw new ThriftError('a header is cut off');
    return this.bytes[this.at++] as number;
  }
}
