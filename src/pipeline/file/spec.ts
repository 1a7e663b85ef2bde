/**
 * What may stand in a YAML file, as data: the JSON Schema, the checks, their messages and the docs page are all made from it.
 * `doc` is one sentence or a few; `example` is YAML as it would be written behind the key.
 */
export type Spec =
  | (Described & { readonly type: 'text'; readonly choices?: readonly string[] })
  | (Described & { readonly type: 'integer'; readonly least: number })
  | (Described & { readonly type: 'number'; readonly least: number; readonly most: number })
  | (Described & { readonly type: 'boolean' })
  /** A text, a number or true/false: the value of an option. */
  | (Described & { readonly type: 'scalar' })
  /** One text, or a list of texts. */
  | (Described & { readonly type: 'texts' })
  | (Described & { readonly type: 'list'; readonly of: Spec })
  /** Names that the user chooses, each with a value. */
  | (Described & { readonly type: 'map'; readonly of: Spec })
  | (Described & ObjectSpec)
  /** Anything: rows. */
  | (Described & { readonly type: 'any' });

export interface Described {
  readonly doc: string;
  readonly example: string;
  /** What holds when it is left out, for people. */
  readonly default?: string;
  readonly required?: boolean;
  /** Set when Spark has no such thing: what to do there instead. */
  readonly notInSpark?: string;
}

export interface ObjectSpec {
  readonly type: 'object';
  readonly fields: Readonly<Record<string, Spec>>;
  /** Exactly one of these, besides fields that go with it. */
  readonly oneOf?: readonly string[];
  /** Key: what must be there too. */
  readonly needs?: Readonly<Record<string, readonly string[]>>;
  /** Other names are let through: they are checked elsewhere, by what reads them. */
  readonly open?: boolean;
  /** What one such object is called in messages: `a step`. */
  readonly noun: string;
}

/** What a value of a spec is, in words. */
export function expectedText(spec: Spec): string {
  switch (spec.type) {
    case 'text':
      return spec.choices === undefined ? 'a text' : `one of ${spec.choices.join(', ')}`;
    case 'integer':
      return `a whole number from ${spec.least} on`;
    case 'number':
      return `a number from ${spec.least} to ${spec.most}`;
    case 'boolean':
      return 'true or false';
    case 'scalar':
      return 'a text, a number, true or false';
    case 'texts':
      return 'a text or a list of texts';
    case 'list':
      return `a list${spec.of.type === 'text' ? ' of texts' : ''}`;
    case 'map':
      return 'names with their values, one per line (name: value)';
    case 'object':
      return `keys with their values, one per line (${Object.keys(spec.fields).slice(0, 3).join(', ')}${Object.keys(spec.fields).length > 3 ? ', ...' : ''})`;
    case 'any':
      return 'a value';
  }
}

/** The field of a name in an object's spec; undefined when it has none (`constructor` is no field). */
export function fieldOf(spec: Spec | null, name: string): Spec | undefined {
  return spec?.type === 'object' && Object.hasOwn(spec.fields, name) ? spec.fields[name] : undefined;
}
