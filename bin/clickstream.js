#!/usr/bin/env node
const { join } = require('node:path');
const { loadScript } = require('./code-cache.js');

// Until `main` says otherwise: a run that ends before it does has failed.
process.exitCode = 1;
loadScript(join(__dirname, '..', 'dist', 'command', 'clickstream.cjs')).main(process.argv.slice(2));
