// Preloaded into a command (`node --require`): writes what the process loaded to the file LOADS_FILE when it ends.
const fs = require('node:fs');
const path = require('node:path');

const read = [];
const { readFileSync } = fs;
fs.readFileSync = (file, ...options) => {
  if (String(file).endsWith('.cjs')) read.push(path.basename(file));
  return readFileSync(file, ...options);
};

let kernels = 0;
WebAssembly.Module = new Proxy(WebAssembly.Module, {
  construct(target, args) {
    kernels++;
    return Reflect.construct(target, args);
  },
});

process.on('exit', () => {
  const isBuiltin = /^NativeModule (?!internal\/)/;
  const compiled = Object.keys(require.cache).filter((file) => file.endsWith('.cjs') && file !== __filename);
  const loads = {
    scripts: [...new Set(read)].sort(),
    compiled: compiled.map((file) => path.basename(file)),
    builtins: process.moduleLoadList.filter((name) => isBuiltin.test(name)).map((name) => name.replace(isBuiltin, '')),
    kernels,
  };
  fs.writeFileSync(process.env.LOADS_FILE, JSON.stringify(loads));
});
