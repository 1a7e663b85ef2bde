import { dataError } from '../../errors.ts';
import { STRING } from '../../schema.ts';
import type { FunctionSpec } from '../function-spec.ts';
import type { TypedExpr } from '../typed.ts';
import { boundTo, checkCount, implicitArgs } from './bind.ts';
import { scalar } from './define.ts';

export const urlFunctions: readonly FunctionSpec[] = [
  scalar('string', {
    name: 'url_encode',
    usage: 'A text in the form of application/x-www-form-urlencoded.',
    example: ["url_encode('https://spark.apache.org')", 'https%3A%2F%2Fspark.apache.org'],
    takes: ['string'],
    returns: STRING,
    run: urlEncode,
  }),
  scalar('string', {
    name: 'url_decode',
    usage: 'The text that is meant by an application/x-www-form-urlencoded one.',
    example: ["url_decode('https%3A%2F%2Fspark.apache.org')", 'https://spark.apache.org'],
    takes: ['string'],
    returns: STRING,
    run: urlDecode,
  }),
  {
    name: 'parse_url',
    group: 'string',
    usage:
      'A part of a URL: HOST, PATH, QUERY, REF, PROTOCOL, FILE, AUTHORITY or USERINFO; of QUERY also the value of a key.',
    example: ["parse_url('http://spark.apache.org/path?query=1', 'HOST')", 'spark.apache.org'],
    bind(args, context) {
      checkCount(context, args, 2, 3);
      const bound = implicitArgs(context, args, ['string', 'string', 'string']);
      return boundTo(bound as readonly TypedExpr[], STRING, true);
    },
    implement: () => ({ kind: 'call', fn: parseUrl, nulls: 'propagate', mayBeNull: true }),
  },
];

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** Java's URLEncoder: letters, digits and `.-*_` stay, a space becomes `+`. */
function urlEncode(text: string): string {
  return encodeURIComponent(text.replace(LONE_SURROGATE, '?')).replace(/%20|[!'()~]/g, (found) =>
    found === '%20' ? '+' : `%${found.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Java's URLDecoder: bytes that are no UTF-8 become U+FFFD, a torn `%xx` is an error. */
function urlDecode(text: string): string {
  if (/%(?![0-9a-fA-F]{2})/.test(text)) {
    throw dataError('CANNOT_DECODE_URL', `url_decode: "${text}" has a % without two digits of base 16 behind it.`);
  }
  return text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
}

// RFC 2396, appendix B: scheme, authority, path, query, fragment.
const URI = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;
const BAD_URI_CHARS = /[\s"<>\\^`{|}]|%(?![0-9a-fA-F]{2})/;
const AUTHORITY = /^(?:([^@]*)@)?(\[[^\]]*\]|[A-Za-z0-9.-]*)(?::(\d*))?$/;

/** Spark's `ParseUrl`, which asks java.net.URI; of a text that is no URI it gives null (ANSI off). */
function parseUrl(url: string, part: string, key?: string): string | null {
  if (key !== undefined && part !== 'QUERY') return null;
  const match = BAD_URI_CHARS.test(url) ? null : URI.exec(url);
  if (match === null) return null;
  const [, scheme, authority, path, query, fragment] = match;
  // "mailto:a@b": no slash behind the scheme, so java.net.URI sees neither path nor host.
  const opaque = scheme !== undefined && authority === undefined && !(path ?? '').startsWith('/');
  const host = authority === undefined ? null : AUTHORITY.exec(authority);
  switch (part) {
    case 'HOST':
      return host?.[2] || null;
    case 'PATH':
      return opaque ? null : (path ?? '');
    case 'QUERY':
      if (query === undefined || opaque) return null;
      return key === undefined ? query : valueOfKey(query, key);
    case 'REF':
      return fragment ?? null;
    case 'PROTOCOL':
      return scheme ?? null;
    case 'FILE':
      if (opaque) return null;
      return query === undefined ? (path ?? '') : `${path}?${query}`;
    case 'AUTHORITY':
      return authority || null;
    case 'USERINFO':
      return host?.[1] ?? null;
    default:
      return null;
  }
}

function valueOfKey(query: string, key: string): string | null {
  for (const pair of query.split('&')) {
    if (pair.startsWith(`${key}=`)) return pair.slice(key.length + 1);
  }
  return null;
}
