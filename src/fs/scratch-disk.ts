import type { Disk } from './disk.ts';
import { nodeDisk } from './node-disk.ts';

/** The disk without waiting for it: for folders that are thrown away, such as those of tests. Power loss may take all of it. */
export const scratchDisk: Disk = { ...nodeDisk, fsync: () => {}, fsyncDirectory: () => {} };
