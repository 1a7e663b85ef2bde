/** xxHash, 64 bit (https://github.com/Cyan4973/xxHash, doc/xxhash_spec.md), with Spark's short forms for numbers. Hashes are unsigned. */

const P1 = 0x9e3779b185ebca87n;
const P2 = 0xc2b2ae3d27d4eb4fn;
const P3 = 0x165667b19e3779f9n;
const P4 = 0x85ebca77c2b2ae63n;
const P5 = 0x27d4eb2f165667c5n;

function cut(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

function rotate(value: bigint, by: bigint): bigint {
  return cut((value << by) | (value >> (64n - by)));
}

export function xxHashInt(value: number, seed: bigint): bigint {
  return finish(mixInt(cut(seed + P5 + 4n), BigInt(value >>> 0)));
}

/** `value` as its 64 bits. */
export function xxHashLong(value: bigint, seed: bigint): bigint {
  return finish(mixLong(cut(seed + P5 + 8n), cut(value)));
}

export function xxHashBytes(bytes: Uint8Array, seed: bigint): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  let hash = cut(seed + P5);
  if (bytes.length >= 32) {
    const lanes = [cut(seed + P1 + P2), cut(seed + P2), cut(seed), cut(seed - P1)];
    for (; at + 32 <= bytes.length; at += 32) {
      for (let lane = 0; lane < 4; lane++) {
        lanes[lane] = round(lanes[lane] as bigint, view.getBigUint64(at + lane * 8, true));
      }
    }
    hash = joinLanes(lanes);
  }
  hash = cut(hash + BigInt(bytes.length));
  for (; at + 8 <= bytes.length; at += 8) hash = mixLong(hash, view.getBigUint64(at, true));
  for (; at + 4 <= bytes.length; at += 4) hash = mixInt(hash, BigInt(view.getUint32(at, true)));
  for (; at < bytes.length; at++) hash = cut(rotate(hash ^ cut(BigInt(view.getUint8(at)) * P5), 11n) * P1);
  return finish(hash);
}

function round(lane: bigint, word: bigint): bigint {
  return cut(rotate(cut(lane + word * P2), 31n) * P1);
}

function joinLanes(lanes: readonly bigint[]): bigint {
  const rotations = [1n, 7n, 12n, 18n];
  let hash = cut(lanes.reduce((sum, lane, i) => sum + rotate(lane, rotations[i] as bigint), 0n));
  for (const lane of lanes) hash = cut((hash ^ round(0n, lane)) * P1 + P4);
  return hash;
}

function mixLong(hash: bigint, word: bigint): bigint {
  return cut(rotate(hash ^ round(0n, word), 27n) * P1 + P4);
}

function mixInt(hash: bigint, word: bigint): bigint {
  return cut(rotate(hash ^ cut(word * P1), 23n) * P2 + P3);
}

function finish(hash: bigint): bigint {
  let mixed = cut((hash ^ (hash >> 33n)) * P2);
  mixed = cut((mixed ^ (mixed >> 29n)) * P3);
  return mixed ^ (mixed >> 32n);
}
