import { dataError } from '../../errors.ts';

/** The character sets that Spark promises (`encode`, `decode`), without regard to case; bytes as Java writes them. */

export function encodeText(text: string, charset: string): Uint8Array {
  switch (charset.toUpperCase()) {
    case 'UTF-8':
    case 'UTF8':
      return new Uint8Array(Buffer.from(text, 'utf8'));
    case 'US-ASCII':
    case 'ASCII':
      return oneByteEach(text, 0x7f);
    case 'ISO-8859-1':
    case 'LATIN1':
      return oneByteEach(text, 0xff);
    case 'UTF-16LE':
      return new Uint8Array(Buffer.from(text, 'utf16le'));
    case 'UTF-16BE':
      return bigEndian(text);
    case 'UTF-16':
      // Java marks big-endian UTF-16 by a byte order mark, but not an empty text.
      return text === '' ? new Uint8Array(0) : bigEndian(`\ufeff${text}`);
    default:
      throw unknownCharset(charset);
  }
}

export function decodeBytes(bytes: Uint8Array, charset: string): string {
  switch (charset.toUpperCase()) {
    case 'UTF-8':
    case 'UTF8':
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    case 'US-ASCII':
    case 'ASCII':
      return Array.from(bytes, (byte) => (byte > 0x7f ? '\ufffd' : String.fromCharCode(byte))).join('');
    case 'ISO-8859-1':
    case 'LATIN1':
      return Buffer.from(bytes).toString('latin1');
    case 'UTF-16LE':
      return new TextDecoder('utf-16le', { ignoreBOM: true }).decode(bytes);
    case 'UTF-16BE':
      return new TextDecoder('utf-16be', { ignoreBOM: true }).decode(bytes);
    case 'UTF-16':
      return bytes[0] === 0xff && bytes[1] === 0xfe
        ? new TextDecoder('utf-16le').decode(bytes)
        : new TextDecoder('utf-16be').decode(bytes);
    default:
      throw unknownCharset(charset);
  }
}

function oneByteEach(text: string, highest: number): Uint8Array {
  return Uint8Array.from(Array.from(text), (char) => {
    const code = char.codePointAt(0) as number;
    return code <= highest ? code : 0x3f;
  });
}

function bigEndian(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'utf16le').swap16());
}

function unknownCharset(charset: string): Error {
  return dataError(
    'INVALID_PARAMETER_VALUE',
    `the character set must be US-ASCII, ISO-8859-1, UTF-8, UTF-16BE, UTF-16LE or UTF-16, but it is "${charset}".`,
  );
}
