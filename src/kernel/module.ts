import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside this file when it was built, else where the build puts it. */
const PLACES = ['./kernel.wasm', '../../dist/kernel/kernel.wasm'];
let module: WebAssembly.Module | null | undefined;

/** The compiled kernel; null where it was not built: the plain code does all it does. */
export function kernelModule(): WebAssembly.Module | null {
  if (module === undefined) {
    const path = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find(existsSync);
    module = path === undefined ? null : new WebAssembly.Module(readFileSync(path));
  }
  return module;
}
