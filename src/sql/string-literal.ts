const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([01][0-7]{2})|([\s\S]))/g;

const SINGLE: Readonly<Record<string, string>> = {
  '0': '\u0000',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\u001a',
  // Kept with the backslash, so that LIKE sees an escaped wildcard.
  '%': '\\%',
  _: '\\_',
};

/** Resolves the escapes of a string literal's inside (Spark's `ParserUtils.unescapeSQLString`). */
export function unescapeString(inside: string): string {
  if (!inside.includes('\\')) return inside;
  return inside.replace(ESCAPE, (_all, unicode?: string, wide?: string, octal?: string, single?: string) => {
    if (unicode !== undefined) return String.fromCharCode(Number.parseInt(unicode, 16));
    if (wide !== undefined) return wideCharacter(Number.parseInt(wide, 16));
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
    return SINGLE[single as string] ?? (single as string);
  });
}

function wideCharacter(codePoint: number): string {
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : '\ufffd';
}
