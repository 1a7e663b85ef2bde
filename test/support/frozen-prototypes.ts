/**
 * Freezes what all objects inherit, in every test file (jest.config.js): a reader that follows `__proto__` or `constructor` out of its input into
 * a built-in prototype throws a TypeError where it happens. Code in sloppy mode would write in vain instead; our own is all strict, and for
 * that of libraries the fuzzer looks at the prototypes after each input.
 */

/** Prototypes whose properties programs give to their own objects, as in `error.name = 'Mine'`. */
const OVERRIDDEN = [
  Object,
  Error,
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
  AggregateError,
];

const OTHERS = [
  Function,
  Array,
  String,
  Number,
  Boolean,
  BigInt,
  Symbol,
  Date,
  RegExp,
  Promise,
  Map,
  Set,
  WeakMap,
  WeakSet,
  WeakRef,
  ArrayBuffer,
  SharedArrayBuffer,
  DataView,
  Object.getPrototypeOf(Uint8Array),
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

/**
 * Freezes a prototype, but lets objects that inherit from it have properties of the same names by assignment, which a data property that cannot
 * be written would forbid.
 */
function freezeOverridable(prototype: object): void {
  for (const key of Reflect.ownKeys(prototype)) {
    const { value, enumerable, writable } = Reflect.getOwnPropertyDescriptor(prototype, key) as PropertyDescriptor;
    if (writable !== true) continue;
    Object.defineProperty(prototype, key, {
      get: () => value,
      set(this: object, given: unknown) {
        if (this === prototype) throw new TypeError(`${String(key)} of a built-in prototype was assigned`);
        Object.defineProperty(this, key, { value: given, enumerable: true, writable: true, configurable: true });
      },
      enumerable: enumerable ?? false,
      configurable: false,
    });
  }
  Object.freeze(prototype);
}

for (const { prototype } of OVERRIDDEN) freezeOverridable(prototype);
for (const { prototype } of OTHERS) Object.freeze(prototype);
