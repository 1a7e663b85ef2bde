import { expect, test } from '@jest/globals';
import { Exclusions } from '../../src/checkpoint/exclusions.ts';
import { makeDirectoryDurable } from '../../src/fs/durable-folder.ts';
import { ModelDisk } from '../support/model-disk.ts';

const DIR = '/ck/exclusions';
const split = (path: string) => ({ path, size: 1 });
const changed = (path: string) => ({ reason: 'changed', split: split(path) }) as const;
const quarantined = (path: string) => ({ reason: 'quarantined', split: split(path), atMs: 7 }) as const;

function newDisk(): ModelDisk {
  const disk = new ModelDisk();
  makeDirectoryDurable(disk, '/ck');
  return disk;
}

test('what was left out stays left out when the power goes, until its batch is purged', () => {
  const disk = newDisk();
  const exclusions = Exclusions.open(disk, DIR);
  exclusions.add(3, changed('/a'));
  exclusions.add(3, changed('/b'));
  exclusions.add(5, changed('/c'));
  const again = Exclusions.open(disk.crash(), DIR);
  expect([again.has(3, split('/a')), again.has(3, split('/b')), again.has(3, split('/c'))]).toEqual([
    true,
    true,
    false,
  ]);
  exclusions.purge(5);
  const later = Exclusions.open(disk.crash(), DIR);
  expect([later.has(3, split('/a')), later.has(5, split('/c'))]).toEqual([false, true]);
});

test('what an operator set aside is not new again, and is remembered when its batch is purged', () => {
  const disk = newDisk();
  const exclusions = Exclusions.open(disk, DIR);
  exclusions.add(3, changed('/a'));
  exclusions.add(3, quarantined('/b'));
  exclusions.add(1, quarantined('/c'));
  exclusions.purge(9);
  const again = Exclusions.open(disk.crash(), DIR);
  expect([again.has(3, split('/a')), again.isReleased(3, split('/a'))]).toEqual([true, true]);
  expect([again.has(3, split('/b')), again.isReleased(3, split('/b'))]).toEqual([true, false]);
  expect(again.of(3)).toHaveLength(2);
  expect(again.quarantined()).toEqual([
    { ...quarantined('/c'), batchId: 1 },
    { ...quarantined('/b'), batchId: 3 },
  ]);
});

test('an entry that a killed process left is durable before it is believed', () => {
  const disk = newDisk();
  const exclusions = Exclusions.open(disk, DIR);
  exclusions.add(0, changed('/z'));
  // The first one is of the folder's own name.
  disk.failAt(1, 'EIO', { op: 'fsyncDirectory' });
  expect(() => exclusions.add(1, changed('/a'))).toThrow(expect.objectContaining({ code: 'FSYNC_FAILED' }));
  const next = disk.nextProcess();
  expect(Exclusions.open(next, DIR).has(1, split('/a'))).toBe(true);
  expect(Exclusions.open(next.crash(), DIR).has(1, split('/a'))).toBe(true);
});

test.each([
  ['v1\n["/a"]', 'CHECKPOINT_CORRUPT'],
  ['v2\nwhatever', 'CHECKPOINT_VERSION'],
])('a file that cannot be read is not taken for an empty one: %j', (text, code) => {
  const disk = newDisk();
  disk.writeFile(`${DIR}/0`, text);
  expect(() => Exclusions.open(disk, DIR)).toThrow(expect.objectContaining({ code }));
});
