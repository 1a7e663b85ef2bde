/**
 * What all objects and arrays inherit, as it was when this was made: a reader that takes `__proto__` from its input may add to it, or put
 * something else in its place. It is looked at rather than frozen, for code in sloppy mode writes to what is frozen without an error.
 */
export class BuiltIns {
  private readonly known = [Object.prototype, Array.prototype].map((prototype) => {
    const keys = Reflect.ownKeys(prototype);
    return { prototype, keys, values: keys.map((key) => Reflect.get(prototype, key)) };
  });

  areUnchanged(): boolean {
    return this.known.every(
      ({ prototype, keys, values }) =>
        Reflect.ownKeys(prototype).length === keys.length &&
        keys.every((key, i) => Object.is(Reflect.get(prototype, key), values[i])),
    );
  }
}
