import type { Batch, Vector } from '../../batch.ts';
import { cellAt, takeVector } from '../../batch.ts';
import { compileFilter, compileProjection } from '../../codegen/expression.ts';
import type { PhysicalPlan } from '../../plan/physical.ts';
import { isStreamingPlan, schemaOf } from '../../plan/physical.ts';
import type { Schema } from '../../schema.ts';
import type { BatchRun } from '../batch-run.ts';
import { cellKey } from '../cell-key.ts';
import type { Operator } from '../operator.ts';
import { collect } from './stateless.ts';

type JoinNode = Extract<PhysicalPlan, { op: 'join' }>;
type ProjectRows = (batch: Batch, context: BatchRun['eval']) => Vector[];

/** One side kept whole in memory, found by its join keys. */
interface BuildSide {
  readonly rows: Batch;
  readonly byKey: ReadonlyMap<string, readonly number[]>;
}

/**
 * A join of the stream with a static table, or of two static tables: the static side (the right one of two) is hashed for each batch,
 * the other streams by. A key with a null matches nothing. The account is that of the rows that stream by: those that gave no row are filtered.
 */
export function joinOperator(
  node: JoinNode,
  left: Operator,
  right: Operator,
  name: string,
  timeZone: string,
): Operator {
  const buildLeft = isStreamingPlan(node.right);
  const [buildInput, probeInput] = buildLeft ? [left, right] : [right, left];
  const buildSchema = schemaOf((buildLeft ? node.left : node.right).output);
  const buildKeys = compileProjection(buildLeft ? node.leftKeys : node.rightKeys, { timeZone });
  const probeKeys = compileProjection(buildLeft ? node.rightKeys : node.leftKeys, { timeZone });
  const matcher = pairMatcher(node, buildLeft, timeZone);
  return {
    async *rows(run) {
      const build = await makeBuildSide(buildSchema, buildInput, buildKeys, node.leftKeys.length, run);
      const matchedBuild = new Set<number>();
      const account = run.account(name);
      for await (const probe of probeInput.rows(run)) {
        const pairs = findPairs(build, probe, probeKeys(probe, run.eval));
        const { joined, passed } = matcher(probe, build.rows, pairs, run, matchedBuild);
        account.in += probe.length;
        account.passed += passed;
        account.filtered += probe.length - passed;
        if (joined.length > 0) yield joined;
      }
      const rest = unmatchedBuild(node, buildLeft, build.rows, matchedBuild);
      if (rest !== null) yield rest;
    },
  };
}

async function makeBuildSide(
  schema: Schema,
  input: Operator,
  keys: ProjectRows,
  keyCount: number,
  run: BatchRun,
): Promise<BuildSide> {
  const rows = await collect(schema, input.rows(run));
  const byKey = new Map<string, number[]>();
  const vectors = keyCount === 0 ? [] : keys(rows, run.eval);
  for (let row = 0; row < rows.length; row++) {
    const key = keyOf(vectors, row);
    if (key === null) continue;
    const list = byKey.get(key);
    if (list === undefined) byKey.set(key, [row]);
    else list.push(row);
  }
  return { rows, byKey };
}

function keyOf(vectors: readonly Vector[], row: number): string | null {
  let text = '';
  for (const vector of vectors) {
    const cell = cellAt(vector, row);
    if (cell === null) return null;
    text += cellKey(cell);
  }
  return text;
}

interface Pairs {
  readonly probe: Int32Array;
  readonly build: Int32Array;
}

function findPairs(build: BuildSide, probe: Batch, keys: readonly Vector[]): Pairs {
  const probeRows: number[] = [];
  const buildRows: number[] = [];
  for (let row = 0; row < probe.length; row++) {
    const key = keyOf(keys, row);
    for (const match of key === null ? [] : (build.byKey.get(key) ?? [])) {
      probeRows.push(row);
      buildRows.push(match);
    }
  }
  return { probe: Int32Array.from(probeRows), build: Int32Array.from(buildRows) };
}

interface Joined {
  readonly joined: Batch;
  /** Probe rows that are in it. */
  readonly passed: number;
}

type Matcher = (probe: Batch, build: Batch, pairs: Pairs, run: BatchRun, matchedBuild: Set<number>) => Joined;

/** Checks the rest of the condition per pair and puts the output rows of one probe batch together. */
function pairMatcher(node: JoinNode, buildLeft: boolean, timeZone: string): Matcher {
  const schema = schemaOf(node.output);
  const pairSchema = schemaOf([...node.left.output, ...node.right.output]);
  const keep = node.condition === null ? null : compileFilter(node.condition, { timeZone });
  const vectorsOf = (probe: Batch, build: Batch, pairs: Pairs): Vector[] => {
    const probeVectors = probe.vectors.map((vector) => takeVector(vector, pairs.probe));
    const buildVectors = build.vectors.map((vector) => takeVector(vector, pairs.build));
    return buildLeft ? [...buildVectors, ...probeVectors] : [...probeVectors, ...buildVectors];
  };
  const preservesProbe = node.type === 'fullOuter' || node.type === (buildLeft ? 'rightOuter' : 'leftOuter');
  return (probe, build, all, run, matchedBuild) => {
    let pairs = all;
    if (keep !== null) {
      const batch = { schema: pairSchema, length: all.probe.length, vectors: vectorsOf(probe, build, all) };
      pairs = pick(all, keep(batch, run.eval));
    }
    for (const row of pairs.build) matchedBuild.add(row);
    const matched = new Set(pairs.probe);
    if (node.type === 'leftSemi' || node.type === 'leftAnti') {
      const wanted = node.type === 'leftSemi';
      const rows = rowsWhere(probe.length, (row) => matched.has(row) === wanted);
      const vectors = probe.vectors.map((vector) => takeVector(vector, rows));
      return { joined: { schema, length: rows.length, vectors }, passed: rows.length };
    }
    const complete = preservesProbe ? withUnmatched(pairs, probe.length, matched) : pairs;
    const joined = { schema, length: complete.probe.length, vectors: vectorsOf(probe, build, complete) };
    return { joined, passed: preservesProbe ? probe.length : matched.size };
  };
}

function pick(pairs: Pairs, kept: Int32Array): Pairs {
  return { probe: kept.map((i) => pairs.probe[i] as number), build: kept.map((i) => pairs.build[i] as number) };
}

function rowsWhere(length: number, wanted: (row: number) => boolean): Int32Array {
  return Int32Array.from({ length }, (_, row) => row).filter(wanted);
}

/** Adds the probe rows without a match, each in its place, against a build row of nulls. */
function withUnmatched(pairs: Pairs, length: number, matched: ReadonlySet<number>): Pairs {
  const probe: number[] = [];
  const build: number[] = [];
  let at = 0;
  for (let row = 0; row < length; row++) {
    if (!matched.has(row)) {
      probe.push(row);
      build.push(-1);
    }
    for (; at < pairs.probe.length && pairs.probe[at] === row; at++) {
      probe.push(row);
      build.push(pairs.build[at] as number);
    }
  }
  return { probe: Int32Array.from(probe), build: Int32Array.from(build) };
}

/** Rows of the kept side that nothing matched, where the join preserves that side (batch queries only). */
function unmatchedBuild(node: JoinNode, buildLeft: boolean, rows: Batch, matched: ReadonlySet<number>): Batch | null {
  const preserves = node.type === 'fullOuter' || node.type === (buildLeft ? 'leftOuter' : 'rightOuter');
  if (!preserves || matched.size === rows.length) return null;
  const build = rowsWhere(rows.length, (row) => !matched.has(row));
  const other = (buildLeft ? node.right : node.left).output;
  const nulls = new Int32Array(build.length).fill(-1);
  const kept = rows.vectors.map((vector) => takeVector(vector, build));
  const empty = other.map((attribute) =>
    takeVector({ kind: 'object', type: attribute.type, length: 0, validity: null, values: [] }, nulls),
  );
  const vectors = buildLeft ? [...kept, ...empty] : [...empty, ...kept];
  return { schema: schemaOf(node.output), length: build.length, vectors };
}
