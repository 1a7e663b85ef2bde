import type { Batch, Vector } from '../batch.ts';
import { takeVector } from '../batch.ts';

/** The rows `indices` of another vector, which are copied when somebody asks for the values. Adding rows to groups reads them where they are. */
export class TakenVector {
  readonly kind;
  readonly type;
  readonly length: number;
  private taken: Vector | null = null;

  private constructor(
    readonly source: Vector,
    readonly indices: Int32Array,
  ) {
    this.kind = source.kind;
    this.type = source.type;
    this.length = indices.length;
  }

  static of(source: Vector, indices: Int32Array): Vector {
    return new TakenVector(source, indices) as unknown as Vector;
  }

  private get vector(): Vector {
    this.taken ??= takeVector(this.source, this.indices);
    return this.taken;
  }

  get validity(): unknown {
    return this.vector.validity;
  }

  get values(): unknown {
    return 'values' in this.vector ? this.vector.values : undefined;
  }

  get offsets(): unknown {
    return 'offsets' in this.vector ? this.vector.offsets : undefined;
  }

  get bytes(): unknown {
    return 'bytes' in this.vector ? this.vector.bytes : undefined;
  }

  get children(): unknown {
    return 'children' in this.vector ? this.vector.children : undefined;
  }
}

/** `takeBatch` that copies no column before it is read. */
export function takeLazily(batch: Batch, indices: Int32Array): Batch {
  return {
    schema: batch.schema,
    length: indices.length,
    vectors: batch.vectors.map((vector) => TakenVector.of(vector, indices)),
  };
}

/** The vectors that all of `vectors` are taken from in the same way, and the rows; null where that is not so. */
export function commonSource(vectors: readonly Vector[]): { sources: Vector[]; rows: Int32Array } | null {
  const taken = vectors as readonly unknown[];
  const first = taken[0];
  if (!(first instanceof TakenVector)) return null;
  const sources: Vector[] = [];
  for (const vector of taken) {
    if (!(vector instanceof TakenVector) || vector.indices !== first.indices) return null;
    sources.push(vector.source);
  }
  return { sources, rows: first.indices };
}
