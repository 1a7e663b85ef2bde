import type { Disk } from '../../../fs/disk.ts';

/** The operations that change what is on a disk, or what of it is safe. A crash between two others leaves nothing else. */
export const CHANGES = [
  ...(['create', 'write', 'setTime', 'fsync', 'mkdir', 'link', 'rename', 'unlink', 'rmdir', 'fsyncDirectory'] as const),
] as const;

export type Change = (typeof CHANGES)[number];

/** Called before each change, in order. `half`: writes the first half of the bytes that are to be written, if there are two or more. */
export type BeforeChange = (op: Change, half: (() => void) | null) => void;

/** A disk that tells of every change before it is made. */
export function toldDisk(disk: Disk, before: BeforeChange): Disk {
  const told =
    <Args extends unknown[], Result>(op: Change, act: (...args: Args) => Result) =>
    (...args: Args): Result => {
      before(op, null);
      return act(...args);
    };
  return {
    ...disk,
    create: told('create', (path) => disk.create(path)),
    write(file, buffer, offset, length) {
      const half = Math.floor(length / 2);
      before('write', half === 0 ? null : () => void disk.write(file, buffer, offset, half));
      return disk.write(file, buffer, offset, length);
    },
    setTime: told('setTime', (file, mtimeMs) => disk.setTime(file, mtimeMs)),
    fsync: told('fsync', (file) => disk.fsync(file)),
    mkdir: told('mkdir', (path) => disk.mkdir(path)),
    link: told('link', (from, to) => disk.link(from, to)),
    rename: told('rename', (from, to) => disk.rename(from, to)),
    unlink: told('unlink', (path) => disk.unlink(path)),
    rmdir: told('rmdir', (path) => disk.rmdir(path)),
    fsyncDirectory: told('fsyncDirectory', (path) => disk.fsyncDirectory(path)),
  };
}

/** Where a process is made to die: at its `at`-th change, counted from 0; in the middle of it (a write) or before it. */
export interface CrashPoint {
  readonly at: number;
  readonly op: Change;
  readonly half: boolean;
}

/** Every point of a run that made these changes, in order. `halves[i]`: change i is a write that can be cut in half. */
export function crashPoints(changes: readonly RecordedChange[]): CrashPoint[] {
  return changes.flatMap(({ op, canHalve }, at) => [
    { at, op, half: false },
    ...(canHalve ? [{ at, op, half: true }] : []),
  ]);
}

export interface RecordedChange {
  readonly op: Change;
  readonly canHalve: boolean;
}

const GOLDEN_RATIO = 0.618_033_988_749_895;

/**
 * `count` of the points, in order. Spread by the golden ratio: evenly, and never in step with the batches, so that every kind of place
 * is met. The same for the same number.
 */
export function samplePoints(points: readonly CrashPoint[], count: number): CrashPoint[] {
  if (count >= points.length) return [...points];
  const chosen = new Set<number>();
  for (let i = 0; chosen.size < count; i++) chosen.add(Math.floor(((i * GOLDEN_RATIO) % 1) * points.length));
  return [...chosen].sort((a, b) => a - b).map((index) => points[index] as CrashPoint);
}
