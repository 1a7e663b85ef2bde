import type { ErrorObject, ValidateFunction } from 'ajv';
import { didYouMean } from '../../errors.ts';
import { compileShape } from './compile-shape.ts';
import type { Problem } from './problem.ts';
import { expectedText, fieldOf, type Spec } from './spec.ts';
import type { Path, YamlFile } from './yaml-file.ts';

const validators = new WeakMap<Spec, ValidateFunction>();

/** Checks a file against its spec: every key and value that cannot be, with its place, what was expected and an example. */
export function checkShape(file: YamlFile, spec: Spec): ShapeCheck {
  const validate = validatorOf(spec);
  if (validate(file.value)) return { problems: [], wrong: [] };
  const errors = validate.errors ?? [];
  // That none of several keys is there, or that there are too many, is news only where nothing else is wrong.
  const told = new Set(
    errors.filter(({ keyword }) => !KEY_GROUPS.has(keyword)).map(({ instancePath }) => instancePath),
  );
  const kept = errors.filter(({ keyword, instancePath, schemaPath }) =>
    keyword === 'oneOf' ? !told.has(instancePath) : !schemaPath.includes('/oneOf/'),
  );
  return {
    problems: kept.map((error) => problemOf(error, file, spec)),
    wrong: kept.map((error) => ({
      path: pathOf(error.instancePath),
      isExtra: error.keyword === 'additionalProperties',
    })),
  };
}

export interface ShapeCheck {
  readonly problems: readonly Problem[];
  /** The values that cannot be used; `isExtra`: they only have a key too many. */
  readonly wrong: readonly { readonly path: Path; readonly isExtra: boolean }[];
}

const KEY_GROUPS = new Set(['oneOf', 'required']);

function validatorOf(spec: Spec): ValidateFunction {
  let validate = validators.get(spec);
  if (validate === undefined) {
    validate = compileShape(spec);
    validators.set(spec, validate);
  }
  return validate;
}

function problemOf(error: ErrorObject, file: YamlFile, root: Spec): Problem {
  const path = pathOf(error.instancePath);
  const spec = specAt(root, path);
  const name = path.length === 0 ? 'this file' : nameOf(path);
  const at = { severity: 'error', offset: file.placeOf(path) } as const;
  switch (error.keyword) {
    case 'additionalProperties': {
      const key = String(error.params.additionalProperty);
      return { severity: 'error', offset: file.keyPlaceOf([...path, key]), ...unknownKey(key, spec) };
    }
    case 'required':
      return {
        ...at,
        ...missingKey(String(error.params.missingProperty), name, spec),
        offset: placeOfOwner(file, path),
      };
    case 'dependentRequired': {
      const { property, missingProperty } = error.params as { property: string; missingProperty: string };
      const message = `"${property}" needs "${missingProperty}" beside it, in the same ${nounOf(spec).replace(/^an? /, '')}: ${missingProperty}: ${exampleAt(spec, missingProperty)}`;
      return { severity: 'error', offset: file.keyPlaceOf([...path, property]), code: 'KEY_MISSING', message };
    }
    case 'oneOf':
      return { ...at, offset: placeOfOwner(file, path), ...oneOfProblem(valueAt(file.value, path), spec) };
    case 'minProperties':
    case 'minItems':
    case 'minLength':
      return { ...at, code: 'VALUE_EMPTY', message: `${name} is empty; expected ${expected(spec)}` };
    default:
      return { ...at, ...wrongValue(valueAt(file.value, path), name, spec) };
  }
}

function unknownKey(key: string, spec: Spec | null) {
  const names = spec?.type === 'object' ? Object.keys(spec.fields) : [];
  const noun = nounOf(spec);
  const message = `${noun} has no "${key}".${didYouMean(key, names)} ${capital(noun)} may have: ${names.join(', ')}.`;
  return { code: 'KEY_UNKNOWN', message: capital(message) };
}

function missingKey(key: string, name: string, spec: Spec | null) {
  const field = fieldOf(spec, key);
  const where = name === 'this file' ? 'The file' : name;
  const doc = field === undefined ? '' : ` ${field.doc}`;
  return {
    code: 'KEY_MISSING',
    message: `${where} needs "${key}".${doc} For example: ${key}: ${exampleAt(spec, key)}`,
  };
}

function oneOfProblem(value: unknown, spec: Spec | null) {
  const choices = spec?.type === 'object' ? (spec.oneOf ?? []) : [];
  const found = Object.keys((value ?? {}) as object).filter((key) => choices.includes(key));
  const noun = nounOf(spec);
  if (found.length === 0) {
    return {
      code: 'KEY_MISSING',
      message: `${capital(noun)} needs one of: ${choices.join(', ')}. For example: ${spec?.example}`,
    };
  }
  const cure = noun === 'a step' ? ' Begin a new step for each, with "- ".' : ' Keep one of them.';
  return { code: 'KEYS_TOGETHER', message: `${capital(noun)} has only one of: ${found.join(', ')}.${cure}` };
}

function wrongValue(value: unknown, name: string, spec: Spec | null) {
  const choices = spec?.type === 'text' ? spec.choices : undefined;
  const hint = choices === undefined ? '' : didYouMean(String(value), choices);
  const meant = typeof value === 'string' ? fieldOf(spec, value) : undefined;
  if (meant !== undefined) {
    const message = `${name} needs a value behind "${value}": write { ${value}: ${meant.example} }`;
    return { code: 'VALUE_INVALID', message };
  }
  return { code: 'VALUE_INVALID', message: `${name} must be ${expected(spec, hint)} Found: ${shown(value)}.` };
}

function expected(spec: Spec | null, hint = ''): string {
  if (spec === null) return 'a text, a number, true or false.';
  const example = spec.type === 'text' && spec.choices !== undefined ? '' : ` For example: ${spec.example}`;
  return `${expectedText(spec)}.${hint}${example}${example === '' || /[.]$/.test(example) ? '' : '.'}`;
}

/** The spec of the value at `path`; null where a name is free, or the path leads out of the spec. */
function specAt(root: Spec, path: Path): Spec | null {
  let spec: Spec | null = root;
  for (const part of path) {
    if (spec?.type === 'object') spec = fieldOf(spec, String(part)) ?? null;
    else if (spec?.type === 'map' || spec?.type === 'list') spec = spec.of;
    else if (spec?.type === 'texts') spec = { type: 'text', doc: spec.doc, example: spec.example };
    else spec = null;
  }
  return spec;
}

function nounOf(spec: Spec | null): string {
  return spec?.type === 'object' ? spec.noun : 'this';
}

function exampleAt(spec: Spec | null, key: string): string {
  return fieldOf(spec, key)?.example ?? '';
}

/** What lacks something is shown by its own key. */
function placeOfOwner(file: YamlFile, path: Path): number {
  return file.keyPlaceOf(path);
}

/** `sink.format`, `steps[2].select`. */
function nameOf(path: Path): string {
  return path.map((part, i) => (typeof part === 'number' ? `[${part + 1}]` : `${i === 0 ? '' : '.'}${part}`)).join('');
}

function pathOf(pointer: string): Path {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((inner, part) => (inner as Record<string, unknown> | null)?.[part], value);
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value) as string;
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
