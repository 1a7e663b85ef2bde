import { crc32 } from 'node:zlib';
import type { Disk, FileHandle } from '../fs/disk.ts';
import { diskError } from '../fs/disk-error.ts';
import { DurableFile } from '../fs/durable-file.ts';
import { closeQuietly } from '../fs/entries.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { stateError, stateVersionError } from './errors.ts';

/**
 * A state file is a version line and frames. A frame is length and CRC-32 of its payload (32 bits each), a kind, the payload. The first is a header, the
 * last an end frame with the number of frames, so that a file cut anywhere is found out, and a large one can be read frame by frame.
 */
const VERSION = 2;
/** Versions that can be read: 1 had fewer forms of columns. */
const READABLE = /^clickstream state v([12])\n$/;
const VERSION_LINE = new TextEncoder().encode(`clickstream state v${VERSION}\n`);

export const FRAME = { header: 0, removals: 1, upserts: 2, end: 3 } as const;

export interface Frame {
  readonly kind: number;
  readonly payload: Uint8Array;
}

export interface StateFileHeader {
  readonly kind: 'delta' | 'snapshot';
  readonly version: number;
  /** Decimal text of a 64-bit integer. */
  readonly evictedThroughMicros: string | null;
}

/** Bytes collected before they go to the disk. */
const WRITE_BYTES = 1 << 20;

/** Writes a state file; `finish` publishes it by rename, as a batch that runs again writes the same version (fsync of file and folder). */
export class StateFileWriter {
  private readonly file: DurableFile;
  private readonly buffer = new ByteWriter();
  private frames = 0;

  constructor(disk: Disk, path: string, header: StateFileHeader) {
    this.file = DurableFile.create(disk, path);
    this.buffer.raw(VERSION_LINE);
    this.add(FRAME.header, new TextEncoder().encode(JSON.stringify(header)));
  }

  add(kind: number, payload: Uint8Array): void {
    this.buffer.u32(payload.length);
    this.buffer.u32(crc32(payload, kind));
    this.buffer.u8(kind);
    this.frames++;
    if (payload.length < WRITE_BYTES) this.buffer.raw(payload);
    else {
      this.flush();
      this.file.write(payload);
      this.file.flushEarly();
    }
    if (this.buffer.length >= WRITE_BYTES) this.flush();
  }

  async finish(): Promise<void> {
    const end = new ByteWriter();
    end.varint(this.frames);
    this.add(FRAME.end, end.bytes());
    this.flush();
    await this.file.settled();
    this.file.publish('rename');
  }

  abandon(): void {
    this.file.abandon();
  }

  private flush(): void {
    this.file.write(this.buffer.bytes());
    this.buffer.clear();
  }
}

/** The frames of a whole state file between header and end; the header is checked against the one expected. Errors: STATE_CORRUPT, STATE_VERSION. */
export function* readStateFile(
  disk: Disk,
  path: string,
  expected: Pick<StateFileHeader, 'kind' | 'version'>,
): Generator<{ header: StateFileHeader; frame: Frame | null }> {
  const handle = reading(path, () => disk.openRead(path));
  try {
    const from = new FrameReader(disk, path, handle);
    from.versionLine();
    const first = from.next();
    if (first?.kind !== FRAME.header) throw stateError(path, 'it does not begin with a header');
    const header = JSON.parse(new TextDecoder().decode(first.payload)) as StateFileHeader;
    if (header.kind !== expected.kind || header.version !== expected.version) {
      throw stateError(path, `it holds the ${header.kind} of version ${header.version}`);
    }
    yield { header, frame: null };
    for (let frames = 1; ; frames++) {
      const frame = from.next();
      if (frame === null) throw stateError(path, 'it ends too early');
      if (frame.kind === FRAME.end) {
        if (new ByteReader(frame.payload).varint() !== frames || from.next() !== null) {
          throw stateError(path, 'it does not end where it should');
        }
        return;
      }
      yield { header, frame };
    }
  } finally {
    closeQuietly(disk, handle);
  }
}

function reading<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw diskError('read', path, error);
  }
}

class FrameReader {
  private readonly size: number;
  private at = 0;

  constructor(
    private readonly disk: Disk,
    private readonly path: string,
    private readonly handle: FileHandle,
  ) {
    this.size = reading(path, () => disk.fstat(handle).size);
  }

  versionLine(): void {
    const line = this.take(VERSION_LINE.length);
    const text = new TextDecoder().decode(line ?? new Uint8Array(0));
    if (READABLE.test(text)) return;
    const version = /^clickstream state v(\d{1,9})/.exec(text)?.[1];
    if (version === undefined || Number(version) <= VERSION) throw stateError(this.path, 'it is not a state file');
    throw stateVersionError(this.path, version);
  }

  /** Null at the end of the file. */
  next(): Frame | null {
    if (this.at === this.size) return null;
    const head = this.take(9);
    if (head === null) throw stateError(this.path, 'it ends within a frame');
    const reader = new ByteReader(head);
    const [length, checksum, kind] = [reader.u32(), reader.u32(), reader.u8()];
    const payload = this.take(length);
    if (payload === null) throw stateError(this.path, 'it ends within a frame');
    if (crc32(payload, kind) !== checksum) throw stateError(this.path, 'a checksum does not fit');
    return { kind, payload };
  }

  /** Null when the file has not that many bytes left. */
  private take(length: number): Uint8Array | null {
    if (length > this.size - this.at) return null;
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length; ) {
      const at = this.at + done;
      const got = reading(this.path, () => this.disk.read(this.handle, bytes, done, length - done, at));
      if (got <= 0) return null;
      done += got;
    }
    this.at += length;
    return bytes;
  }
}
