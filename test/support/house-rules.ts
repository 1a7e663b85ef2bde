import { posix } from 'node:path';

/** The source tree: text by path, relative to the project, with forward slashes. */
export type Tree = ReadonlyMap<string, string>;

export interface Import {
  /** The file that is imported, or the bare name of a package. */
  readonly target: string;
  readonly typeOnly: boolean;
  /** `import(...)`: loaded when it is needed, so it closes no cycle at load time. */
  readonly lazy: boolean;
}

/** A layer is a folder of src/; the files directly in src/ are `contracts`, but for index.ts, which is the door. */
export type Layer = string;

/** Who may import whom, besides itself. A path names a part of a layer. */
export const LAYERS: Readonly<Record<Layer, readonly string[]>> = {
  contracts: [],
  sql: ['contracts'],
  plan: ['sql', 'contracts'],
  codegen: ['plan', 'sql', 'contracts'],
  kernel: [],
  formats: ['kernel', 'sql/values', 'contracts'],
  fs: ['contracts'],
  checkpoint: ['fs', 'contracts'],
  state: ['fs', 'contracts'],
  sources: ['formats', 'fs', 'sql/values', 'contracts'],
  sinks: ['formats', 'fs', 'sql/values', 'contracts'],
  engine: ['plan', 'codegen', 'sql', 'checkpoint', 'contracts'],
  // The composition root: the one layer that knows every part.
  pipeline: [
    'engine',
    'sources',
    'sinks',
    'state',
    'checkpoint',
    'formats',
    'codegen',
    'plan',
    'sql',
    'fs',
    'contracts',
  ],
  index: ['pipeline', 'engine', 'sources', 'sinks', 'plan', 'sql', 'contracts'],
  // The shipped pipelines see what users see.
  pipelines: ['index'],
  generate: ['fs', 'contracts'],
  cli: ['pipelines', 'generate', 'pipeline', 'index', 'checkpoint', 'fs', 'sql/values', 'contracts'],
};

const ENTRIES = ['src/index.ts', 'src/cli/main.ts'];

export function layerOf(path: string): Layer {
  const parts = path.split('/');
  if (parts.length > 2) return parts[1] as string;
  return path === 'src/index.ts' ? 'index' : 'contracts';
}

/** The imports of a file, by the shape of their lines; comments are taken out first. */
export function importsOf(path: string, text: string): Import[] {
  const code = withoutComments(text);
  const found: Import[] = [];
  const statements = /^(?:import|export)\s+(type\s)?(?:([^'";]*?)\sfrom\s+)?['"]([^'"]+)['"]/gm;
  for (const [, type, names, target] of code.matchAll(statements)) {
    const typeOnly = type !== undefined || isTypesOnly(names);
    found.push({ target: resolveTarget(path, target as string), typeOnly, lazy: false });
  }
  for (const [, target] of code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*\)/g)) {
    found.push({ target: resolveTarget(path, target as string), typeOnly: false, lazy: true });
  }
  return found;
}

/** `{ type A, type B }`: nothing is left of it when types are gone. */
function isTypesOnly(names: string | undefined): boolean {
  const list = /^\{([^}]*)\}$/.exec(names?.trim() ?? '')?.[1];
  if (list === undefined) return false;
  return list.split(',').every((name) => name.trim() === '' || name.trim().startsWith('type '));
}

function resolveTarget(path: string, target: string): string {
  return target.startsWith('.') ? posix.join(posix.dirname(path), target) : target;
}

/** Text in strings may look like a comment; that hides at most the rest of its line, never an import. */
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, ' '))
    .replace(/(^|\s)\/\/.*$/gm, '$1');
}

/** Imports that the layers do not allow, as sentences. */
export function brokenLayers(tree: Tree): string[] {
  const broken: string[] = [];
  for (const [path, text] of tree) {
    const layer = layerOf(path);
    const allowed = LAYERS[layer];
    if (allowed === undefined) {
      broken.push(`${path}: the folder src/${layer}/ has no place in the table of layers`);
      continue;
    }
    for (const { target } of importsOf(path, text)) {
      if (!target.startsWith('src/') || layerOf(target) === layer) continue;
      if (
        !allowed.some((part) => (part.includes('/') ? target.startsWith(`src/${part}/`) : layerOf(target) === part))
      ) {
        broken.push(`${path}: ${layer} may not import ${target}`);
      }
    }
  }
  return broken;
}

/** Circles of imports that are followed when a program starts, each as `a -> b -> a`. */
export function importCycles(tree: Tree): string[] {
  const cycles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const visit = (path: string, trail: readonly string[]) => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const { target, typeOnly, lazy } of importsOf(path, tree.get(path) ?? '')) {
      if (!typeOnly && !lazy && tree.has(target)) visit(target, [...trail, path]);
    }
    state.set(path, 'done');
  };
  for (const path of tree.keys()) visit(path, []);
  return cycles;
}

/** Files that no door leads to. A type's file counts as reached by those who use the type. */
export function deadFiles(tree: Tree): string[] {
  const reached = new Set<string>();
  const queue = ENTRIES.filter((path) => tree.has(path));
  for (let path = queue.pop(); path !== undefined; path = queue.pop()) {
    if (reached.has(path)) continue;
    reached.add(path);
    for (const { target } of importsOf(path, tree.get(path) ?? '')) if (tree.has(target)) queue.push(target);
  }
  // A .d.ts file says what a library is like; the compiler finds it by itself.
  return [...tree.keys()].filter((path) => !reached.has(path) && !path.endsWith('.d.ts') && !isWorkerEntry(tree, path));
}

/** Workers are started by their address: `new URL('./worker.ts', import.meta.url)`. */
function isWorkerEntry(tree: Tree, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.ts$/, '');
  return [...tree.values()].some((text) => new RegExp(`new URL\\(['"\`][^'"\`]*\\b${name}\\.(ts|js)`).test(text));
}

interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
  isAllowedIn(path: string): boolean;
}

const WRITING =
  'writeFile|appendFile|write|writev|mkdir|mkdtemp|rm|rmdir|unlink|rename|link|symlink|truncate|ftruncate|fsync|fdatasync|copyFile|cp|chmod|utimes|createWriteStream';

const BANS: readonly Ban[] = [
  {
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bnew Date\b(?!\s*\()|\bperformance\.now\b|\bprocess\.hrtime\b/,
    why: 'only src/clock.ts reads the time',
    isAllowedIn: (path) => path === 'src/clock.ts',
  },
  {
    pattern: /\bMath\.random\b/,
    why: 'randomness takes a seed (src/generate/random.ts)',
    isAllowedIn: () => false,
  },
  {
    pattern: /\bnew Function\b|(?<![.\w])(?:Function|eval)\(/,
    why: 'only src/codegen/ builds code from strings',
    isAllowedIn: (path) => path.startsWith('src/codegen/'),
  },
  {
    // Calls on a module object (`fs.`), and named imports from the module.
    pattern: new RegExp(
      `\\b(?:fs|fsp|fsPromises)\\.(?:promises\\.)?(?:${WRITING})(?:Sync)?\\(|import\\s*\\{[^}]*\\b(?:${WRITING})(?:Sync)?\\b[^}]*\\}\\s*from\\s*['"](?:node:)?fs(?:/promises)?['"]`,
    ),
    why: 'only src/fs/ writes to the disk',
    isAllowedIn: (path) => path.startsWith('src/fs/'),
  },
  {
    pattern: /^export default\b/m,
    why: 'exports have names',
    isAllowedIn: () => false,
  },
];

/** Uses of what only one place may use. */
export function bannedCalls(tree: Tree): string[] {
  const found: string[] = [];
  for (const [path, text] of tree) {
    const code = withoutComments(text);
    for (const ban of BANS) {
      const match = ban.isAllowedIn(path) ? null : ban.pattern.exec(code);
      if (match !== null) found.push(`${path}:${lineOf(code, match.index)}: ${ban.why}`);
    }
  }
  return found;
}

/** Places of one machine (home folders, mount points of a workplace) that must not be in what others get. */
export function machinePaths(tree: Tree): string[] {
  const found: string[] = [];
  for (const [path, text] of tree) {
    const match = /(?<![\w.:/])\/(?:home|Users|root|work|mnt|private)\/\w/.exec(text);
    if (match !== null) found.push(`${path}:${lineOf(text, match.index)}: names a folder of one machine`);
  }
  return found;
}

/** Hosts in a lock file: a registry of one place that others cannot reach. */
export function lockedHosts(lockFile: string): string[] {
  const { packages = {} } = JSON.parse(lockFile) as { packages?: Record<string, { resolved?: string }> };
  return Object.entries(packages)
    .filter(([, entry]) => entry.resolved !== undefined && !entry.resolved.startsWith('file:'))
    .map(([name]) => `${name} is bound to a host`);
}

/** Packages that the product imports without naming them in package.json. */
export function undeclaredPackages(tree: Tree, packageFile: string): string[] {
  const manifest = JSON.parse(packageFile) as Record<string, Record<string, string> | undefined>;
  const declared = new Set(
    ['dependencies', 'peerDependencies', 'optionalDependencies'].flatMap((kind) => Object.keys(manifest[kind] ?? {})),
  );
  const found: string[] = [];
  for (const [path, text] of tree) {
    for (const { target, typeOnly } of importsOf(path, text)) {
      if (typeOnly || target.startsWith('src/') || target.startsWith('node:')) continue;
      const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
      if (!declared.has(name)) found.push(`${path}: imports ${name}, which is no dependency`);
    }
  }
  return found;
}

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
