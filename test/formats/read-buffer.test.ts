import { expect, test } from '@jest/globals';
import { HEADROOM, lendBuffer, READ_BYTES, takeBuffer } from '../../src/formats/read-buffer.ts';
import { sharedKernel } from '../../src/kernel/kernel.ts';
import { LINES, ROOMS } from '../../src/kernel/ops.ts';
import { ShapeProgram } from '../../src/kernel/program.ts';
import { NO_BYTE, type RecordRules } from '../../src/kernel/record-rules.ts';

const kernel = sharedKernel();

test('buffers are in the memory of the kernel as long as there is room, and each is lent once', () => {
  const lent = Array.from({ length: ROOMS + 2 }, lendBuffer);
  expect(lent.map((buffer) => kernel?.isRoom(buffer))).toEqual([...Array(ROOMS).fill(true), false, false]);
  expect(lent.every((buffer) => buffer.length >= HEADROOM + READ_BYTES)).toBe(true);
  lent.forEach((buffer, i) => void buffer.fill(i + 1));
  expect(lent.map((buffer, i) => buffer.every((byte) => byte === i + 1))).toEqual(lent.map(() => true));
  lent.forEach(takeBuffer);
  const again = Array.from({ length: ROOMS + 2 }, lendBuffer);
  expect(new Set(again.map(placeOf))).toEqual(new Set(lent.map(placeOf)));
  again.forEach(takeBuffer);
});

test('a run that ends before its buffer does leaves what stands behind it', () => {
  const program = new ShapeProgram(1);
  expect(program.add([{ literal: new TextEncoder().encode('{"a":1}') }])).toBe(true);
  const text = '{"a":1}\n{"a":1}\n{"a":1}\n';
  const buffer = lendBuffer();
  buffer.set(new TextEncoder().encode(text), HEADROOM);
  const input = buffer.subarray(HEADROOM, HEADROOM + text.length);
  const rules: RecordRules = {
    between: LINES,
    maxRecordBytes: 100,
    separator: NO_BYTE,
    quote: NO_BYTE,
    escape: NO_BYTE,
    nullText: new Uint8Array(0),
    comment: NO_BYTE,
  };
  kernel?.stage({}, input, 0, 8);
  kernel?.decode(program, rules, 0, 8, 10, 1000);
  expect(kernel?.rows).toBe(1);
  expect(new TextDecoder().decode(input)).toBe(text);
  takeBuffer(buffer);
});

function placeOf({ buffer, byteOffset }: Uint8Array): string {
  return buffer === kernel?.text().buffer ? `room at ${byteOffset}` : 'elsewhere';
}
