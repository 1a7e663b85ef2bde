// Runs folders of conformance cases (test/conformance/FORMAT.md) on the built engine: node scripts/conformance.js [FOLDER...]
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { importTest } from './import-test.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const OURS = ['cases', 'own-cases'].map((name) => join(root, 'test/conformance', name));
const folders = process.argv.slice(2);
const { runFolders } = await importTest('test/conformance/run-folder.ts');
const passed = await runFolders(folders.length > 0 ? folders : OURS, console.log);
process.exitCode = passed ? 0 : 1;
