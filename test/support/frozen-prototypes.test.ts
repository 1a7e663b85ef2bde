import { expect, test } from '@jest/globals';

/** A merge as it should not be written. */
function merge(into: Record<string, unknown>, from: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(from)) {
    if (typeof value !== 'object' || value === null) into[key] = value;
    else merge((into[key] ?? {}) as Record<string, unknown>, value as Record<string, unknown>);
  }
}

test.each([
  ['a property for all objects', '{"__proto__":{"polluted":1}}'],
  ['another toString for all objects', '{"__proto__":{"toString":"mine"}}'],
  ['a property for all objects, by their constructor', '{"constructor":{"prototype":{"polluted":1}}}'],
  ['another hasOwnProperty for all objects', '{"constructor":{"prototype":{"hasOwnProperty":1}}}'],
])('data that makes %s throws where it does so', (_, text) => {
  expect(() => merge({}, JSON.parse(text))).toThrow(TypeError);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(String({})).toBe('[object Object]');
});

test.each(
  [Array, Function, String, Map, Promise, Uint8Array, Error].map((made): [string, object] => [
    made.name,
    made.prototype,
  ]),
)('%s.prototype takes no other property and no other value', (_, prototype) => {
  expect(Object.isFrozen(prototype)).toBe(true);
  expect(() => Object.assign(prototype, { polluted: 1 })).toThrow(TypeError);
  expect(() => Object.assign(prototype, { toString: 1 })).toThrow(TypeError);
});

test('an object may have properties of the same names', () => {
  const mine = {} as { toString: unknown; constructor: unknown };
  mine.toString = () => 'mine';
  mine.constructor = 1;
  expect(String(mine)).toBe('mine');
  expect(Object.keys(mine)).toEqual(['toString', 'constructor']);
  const error = new RangeError('of mine');
  error.name = 'Mine';
  expect(String(error)).toBe('Mine: of mine');
  expect(String(new RangeError('theirs'))).toBe('RangeError: theirs');
});
