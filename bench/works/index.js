// The works, in the order of the page.
import { batches } from './batches.js';
import { delivery } from './delivery.js';
import { expressions } from './expressions.js';
import { flatten } from './flatten.js';
import { growth } from './growth.js';
import { keyed } from './keyed.js';
import { largeFileWork } from './large-file.js';
import { scan } from './scan.js';
import { sessions } from './sessions.js';
import { sliding } from './sliding.js';
import { smallFiles } from './small-files.js';
import { start } from './start.js';
import { state } from './state.js';
import { window } from './window.js';

export const WORKS = [
  scan,
  flatten,
  window,
  keyed,
  sliding,
  sessions,
  expressions,
  delivery,
  batches,
  start,
  smallFiles,
  state,
  largeFileWork,
  growth,
];
