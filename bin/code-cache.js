const { readFileSync } = require('node:fs');
const { createRequire } = require('node:module');
const { dirname, join } = require('node:path');
const { Script } = require('node:vm');
const { crc32 } = require('node:zlib');

/** What was loaded, by path. */
const loaded = new Map();

/**
 * Loads a CommonJS script of the build together with the code that V8 compiled for it at build time: to compile a megabyte takes
 * longer than all that a short run does. The scripts that it requires by a relative path are loaded likewise. Where there is no such code for this
 * Node, Node loads the script as any other.
 *
 * @param {string} path absolute
 * @returns {any} what the script exports
 */
function loadScript(path) {
  if (!loaded.has(path)) {
    const source = readFileSync(path);
    const code = readCode(path, source);
    const script = code === null ? null : compileScript(path, source, code);
    const usable = script !== null && script.cachedDataRejected === false;
    loaded.set(path, usable ? runScript(path, script, loadScript) : createRequire(path)(path));
  }
  return loaded.get(path);
}

/**
 * @param {string} path
 * @param {Buffer} source ASCII, as esbuild writes it
 * @param {Buffer} [code] from `readCode`
 * @returns {Script}
 */
function compileScript(path, source, code) {
  // In the first line, so that the lines of stack traces are those of the file.
  const text = `(function (exports, require, module, __filename, __dirname) {${source.latin1Slice()}\n})`;
  return new Script(text, { filename: path, cachedData: code });
}

/**
 * @param {string} path
 * @param {Script} script from `compileScript`
 * @param {(path: string) => any} load loads what the script requires by a relative path
 * @returns {any} what the script exports
 */
function runScript(path, script, load) {
  const folder = dirname(path);
  const requireOther = createRequire(path);
  const requireAny = (name) => (name.startsWith('.') ? load(join(folder, name)) : requireOther(name));
  const module = { exports: {} };
  script.runInThisContext()(module.exports, requireAny, module, path, folder);
  return module.exports;
}

/**
 * The file with the code of a script, for this version of Node. V8 takes code that its own version made with the same flags from
 * a source of the same length, and trusts it in everything else: hence the name, and the checksums of source and code in front.
 */
function codeFile(path) {
  return `${path}.${process.version}-${process.platform}-${process.arch}.code`;
}

const HEADER_BYTES = 8;

/** The content of `codeFile`. */
function encodeCode(source, code) {
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(crc32(source), 0);
  header.writeUInt32LE(crc32(code), 4);
  return Buffer.concat([header, code]);
}

/** Null: there is none, or it belongs to another source, or it is damaged. */
function readCode(path, source) {
  let bytes;
  try {
    bytes = readFileSync(codeFile(path));
  } catch {
    return null;
  }
  if (bytes.length <= HEADER_BYTES) return null;
  const code = bytes.subarray(HEADER_BYTES);
  const fits = bytes.readUInt32LE(0) === crc32(source) && bytes.readUInt32LE(4) === crc32(code);
  return fits ? code : null;
}

module.exports = { codeFile, compileScript, encodeCode, loadScript, runScript };
