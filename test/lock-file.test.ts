import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';

interface LockedPackage {
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly resolved?: string;
}

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
const packages = JSON.parse(read('../package-lock.json')).packages as Record<string, LockedPackage>;

/** An install on one platform can leave the packages of the others out of the lock file; `npm ci` then refuses it everywhere. */
test('the lock file lists the packages of every platform', () => {
  const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !(`node_modules/${name}` in packages) && !(`${path}/node_modules/${name}` in packages),
    ),
  );
  expect(missing).toEqual([]);
});

test('nothing that users install runs a script of its own', () => {
  const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
  expect(installed.filter(([, { hasInstallScript }]) => hasInstallScript === true)).toEqual([]);
});

test('each dependency has its line, with its version, in the record that says why it is there', () => {
  const recorded = [...read('../docs/adr/0001-dependencies.md').matchAll(/^\| ([\w-]+) \| ([\d.]+) \|/gm)];
  const { dependencies } = JSON.parse(read('../package.json')) as { dependencies: Record<string, string> };
  const versions = Object.entries(dependencies).map(([name, version]) => {
    const [major, minor] = version.replace(/^\D/, '').split('.');
    return `${name} ${major === '0' ? `0.${minor}` : major}`;
  });
  expect(recorded.map(([, name, version]) => `${name} ${version}`).sort()).toEqual(versions.sort());
});
