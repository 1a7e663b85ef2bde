import { Buffer } from 'node:buffer';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Disk, FileHandle } from '../fs/disk.ts';
import { diskError } from '../fs/disk-error.ts';
import { DurableFile, isTemporaryName } from '../fs/durable-file.ts';
import { removeDurable, syncDirectory } from '../fs/durable-folder.ts';
import { closeQuietly, entriesIn, removeIfThere } from '../fs/entries.ts';
import { FRAME_VERSION, frameEnd } from '../fs/framed-text.ts';
import { corruptError, newerVersionError } from './errors.ts';

/** What is remembered of a file that was taken. */
export interface SeenFile {
  readonly size: number;
  /** Milliseconds, with the fraction that the file system keeps. */
  readonly mtimeMs: number;
}

/** One file seen, or, without `file`, forgotten. */
export interface SegmentLine {
  readonly path: string;
  readonly file: SeenFile | null;
}

/** The lines of the batches (`after`, `through`], in the file named `through`. */
export interface Segment {
  readonly after: number;
  readonly through: number;
  readonly lines: number;
}

type ReadLines = (segment: Segment) => Iterable<SegmentLine>;

const CHUNK_BYTES = 1 << 20;

/**
 * The segment files of `SeenFiles`. Together they cover the batches from 0 through `through` without gap or overlap; a file whose range lies
 * in a newer file's was merged into it and is a leftover.
 *
 *     v1
 *     {"after":-1,"through":31}
 *     /in/a.json<TAB>1200<TAB>1719278977158.5
 *     /in/b.json<TAB>-                             (forgotten)
 *     {"crc32":"0f3a52c1","bytes":123}
 */
export class SegmentFiles {
  /** Oldest first. */
  private segments: Segment[] = [];
  /** Files that do not count: torn, or merged into others. They stay until something is written, when all is known to be sound. */
  private leftovers: readonly string[] = [];

  private constructor(
    private readonly disk: Disk,
    readonly dir: string,
  ) {}

  static open(disk: Disk, dir: string): SegmentFiles {
    const files = new SegmentFiles(disk, dir);
    const names = entriesIn(disk, dir).map(({ name }) => name);
    const numbers = names.filter((name) => /^(0|[1-9]\d{0,14})$/.test(name)).map(Number);
    files.segments = files.chain(numbers.sort((a, b) => b - a));
    const kept = new Set(files.segments.map(({ through }) => String(through)));
    files.leftovers = names.filter((name) => !kept.has(name) && numbers.includes(Number(name)));
    for (const name of names.filter(isTemporaryName)) files.remove(name);
    // A segment that was named by a process that died before the folder's fsync.
    syncDirectory(disk, dir);
    return files;
  }

  get through(): number {
    return this.segments.at(-1)?.through ?? -1;
  }

  get lineCount(): number {
    return this.segments.reduce((sum, { lines }) => sum + lines, 0);
  }

  newestFirst(): Segment[] {
    return this.segments.toReversed();
  }

  /** All lines, oldest first. Every segment was checked as a whole before. */
  *lines(): Generator<SegmentLine> {
    for (const segment of this.segments) yield* this.read(segment);
  }

  /** Writes a segment through `through` in place of `merged`, its neighbours, which are removed once it is durable. */
  write(through: number, merged: readonly Segment[], content: (read: ReadLines) => Iterable<SegmentLine>): void {
    for (const name of this.leftovers) this.remove(name);
    this.leftovers = [];
    const after = merged[0]?.after ?? this.through;
    const path = join(this.dir, String(through));
    const file = DurableFile.create(this.disk, path);
    const lines = this.writeTo(
      file,
      { after, through },
      content((segment) => this.read(segment)),
    );
    file.publish('link');
    this.segments = [...this.segments.slice(0, this.segments.length - merged.length), { after, through, lines }];
    for (const segment of merged) this.remove(segment.through);
  }

  /**
   * Writes one segment of all batches through `through`, which may be one that was there, in place of all others. They are removed newest first, each
   * for good: whatever is left by a process that dies meanwhile is a chain, and doing it again ends it.
   */
  replaceAll(through: number, content: Iterable<SegmentLine>): void {
    const file = DurableFile.create(this.disk, join(this.dir, String(through)));
    const lines = this.writeTo(file, { after: -1, through }, content);
    file.publish('rename');
    const numbers = entriesIn(this.disk, this.dir).map(({ name }) => Number(name));
    for (const number of numbers.filter((found) => found >= 0 && found !== through).sort((a, b) => b - a)) {
      removeDurable(this.disk, join(this.dir, String(number)));
    }
    this.segments = [{ after: -1, through, lines }];
  }

  private writeTo(file: DurableFile, range: object, content: Iterable<SegmentLine>): number {
    try {
      let checksum = 0;
      let lines = 0;
      let text = `v${FRAME_VERSION}\n${JSON.stringify(range)}\n`;
      const flush = () => {
        const bytes = Buffer.from(text, 'utf8');
        checksum = crc32(bytes, checksum);
        file.write(bytes);
        text = '';
      };
      for (const line of content) {
        text += `${encodeLine(line)}\n`;
        lines++;
        if (text.length >= CHUNK_BYTES) flush();
      }
      flush();
      file.write(Buffer.from(frameEnd(checksum, file.bytesWritten), 'latin1'));
      return lines;
    } catch (error) {
      file.abandon();
      throw error;
    }
  }

  /**
   * The segments that count, oldest first, from the numbers found, newest first. A torn newest file counts as not written; whether anything was lost
   * by that shows when the offsets log is laid beside it.
   */
  private chain(numbers: readonly number[]): Segment[] {
    const chain: Segment[] = [];
    const newest = numbers[0];
    const torn = newest !== undefined && typeof this.check(newest) === 'string';
    let through = (torn ? numbers[1] : newest) ?? -1;
    while (through >= 0) {
      const path = join(this.dir, String(through));
      if (!numbers.includes(through))
        throw corruptError(path, `the file is missing, though ${chain[0]?.through} follows on it`);
      const segment = this.check(through);
      if (typeof segment === 'string') throw corruptError(path, segment);
      chain.unshift(segment);
      through = segment.after;
    }
    return chain;
  }

  /** The segment in file `through`, when it is whole; else what is wrong with it. */
  private check(through: number): Segment | string {
    let rangeLine = '{}';
    let lines = 0;
    const path = join(this.dir, String(through));
    for (const content of readFramed(this.disk, path)) {
      if (content.broken !== null) return content.broken;
      if (content.first) rangeLine = content.lines[0] ?? '{}';
      lines += content.lines.length;
    }
    const range = JSON.parse(rangeLine) as { after?: unknown; through?: unknown };
    if (range.through !== through || typeof range.after !== 'number')
      return `it holds batches through ${range.through}`;
    // Without the range's own line.
    return { after: range.after, through, lines: lines - 1 };
  }

  private *read(segment: Segment): Generator<SegmentLine> {
    const path = join(this.dir, String(segment.through));
    for (const content of readFramed(this.disk, path)) {
      if (content.broken !== null) throw corruptError(path, content.broken);
      for (let i = content.first ? 1 : 0; i < content.lines.length; i++) yield decodeLine(content.lines[i] as string);
    }
  }

  private remove(name: number | string): void {
    removeIfThere(this.disk, join(this.dir, String(name)));
  }
}

interface FramedLines {
  readonly first: boolean;
  readonly lines: readonly string[];
  readonly broken: string | null;
}

/**
 * The lines of a framed file (see framed-text.ts), a chunk at a time, as it may be too long for one string; `broken` set in the last piece when
 * the checksum did not fit, so that nothing may be believed before the end.
 */
function* readFramed(disk: Disk, path: string): Generator<FramedLines> {
  let checksum = 0;
  let bytes = 0;
  let rest = Buffer.alloc(0);
  let first = true;
  for (const chunk of chunksOf(disk, path)) {
    const all = Buffer.concat([rest, chunk]);
    const end = all.lastIndexOf(10) + 1;
    rest = Buffer.from(all.subarray(end));
    if (end === 0) continue;
    const whole = all.subarray(0, end);
    checksum = crc32(whole, checksum);
    bytes += end;
    const lines = whole.toString('utf8', 0, end - 1).split('\n');
    if (first) {
      const broken = versionProblem(path, lines.shift() as string);
      if (broken !== null) return yield { first, lines: [], broken };
    }
    yield { first, lines, broken: null };
    first = false;
  }
  if (rest.toString('latin1') !== frameEnd(checksum, bytes)) {
    yield { first: false, lines: [], broken: 'the checksum does not fit (truncated or changed)' };
  }
}

function versionProblem(path: string, line: string): string | null {
  const version = Number(/^v([1-9]\d{0,8})$/.exec(line)?.[1] ?? 0);
  if (version > FRAME_VERSION) throw newerVersionError(path, version, FRAME_VERSION);
  return version === FRAME_VERSION ? null : 'the first line is not a version';
}

function* chunksOf(disk: Disk, path: string): Generator<Uint8Array> {
  let handle: FileHandle | null = null;
  try {
    handle = disk.openRead(path);
    for (let at = 0; ; ) {
      const chunk = new Uint8Array(CHUNK_BYTES);
      const got = disk.read(handle, chunk, 0, chunk.length, at);
      if (got <= 0) return;
      at += got;
      yield chunk.subarray(0, got);
    }
  } catch (error) {
    throw diskError('read', path, error);
  } finally {
    if (handle !== null) closeQuietly(disk, handle);
  }
}

/** Paths that hold what would be taken for the file's own structure, or that UTF-8 cannot hold, are written as JSON. */
const AWKWARD = /^["{]|[\t\n]|\p{Surrogate}/u;

function encodeLine({ path, file }: SegmentLine): string {
  const name = AWKWARD.test(path) ? JSON.stringify(path) : path;
  return file === null ? `${name}\t-` : `${name}\t${file.size}\t${file.mtimeMs}`;
}

function decodeLine(line: string): SegmentLine {
  const [name = '', size = '', mtimeMs = ''] = line.split('\t');
  const path = name.startsWith('"') ? (JSON.parse(name) as string) : name;
  return { path, file: size === '-' ? null : { size: Number(size), mtimeMs: Number(mtimeMs) } };
}
