import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Checkpoint } from '../checkpoint/checkpoint.ts';
import { SeenFiles } from '../checkpoint/seen-files.ts';
import type { Clock } from '../clock.ts';
import { repartitionOf } from '../engine/build-operators.ts';
import type { QueryParts, QuerySettings, SourceHandle } from '../engine/query-parts.ts';
import { DEFAULT_SETTINGS } from '../engine/query-parts.ts';
import { StreamingQuery } from '../engine/streaming-query.ts';
import type { Trigger } from '../engine/trigger.ts';
import { configError } from '../errors.ts';
import type { Disk } from '../fs/disk.ts';
import { removeTree } from '../fs/remove-tree.ts';
import { analyze } from '../plan/analyze.ts';
import type { LogicalPlan, StreamInput } from '../plan/logical.ts';
import { neededColumns } from '../plan/needed-columns.ts';
import type { AnalyzedQuery, PhysicalPlan } from '../plan/physical.ts';
import { schemaOf } from '../plan/physical.ts';
import { checkStreaming } from '../plan/supported.ts';
import type { OutputMode, Sink } from '../sink.ts';
import { checkUniqueColumns } from '../sinks/unique-columns.ts';
import type { MemoryStream } from '../sources/memory.ts';
import { rateSource } from '../sources/rate.ts';
import { socketSource } from '../sources/socket.ts';
import { openStateStore } from '../state/state-store.ts';
import { checkContinues, describeQuery, type QueryDescription } from './compatibility.ts';
import type { FileInput } from './files.ts';
import { openFiles } from './files.ts';
import type { Options } from './formats.ts';
import { refuseSelfFeeding } from './self-feeding.ts';
import type { Session } from './session.ts';
import { openSideChannels } from './side-channel.ts';
import type { SinkSpec } from './sink-spec.ts';
import { checkSink, type OpenSinkRequest, openSink, type SinkPlan, sinkPlan } from './sinks.ts';
import { ColumnThreads } from './stage-pool/column-threads.ts';
import { openStage } from './stage-pool/open.ts';

/** A streaming query as a writer describes it: the same value from either door. */
export interface QueryDefinition {
  readonly session: Session;
  readonly plan: LogicalPlan;
  readonly sink: SinkSpec;
  readonly outputMode: OutputMode;
  readonly options: Options;
  readonly trigger: Trigger;
  readonly name: string | null;
  readonly partitionBy: readonly string[];
  readonly settings: Partial<QuerySettings>;
}

/** Checks a definition without opening anything: everything that can be refused before any batch. */
export function checkQuery(definition: QueryDefinition): { query: AnalyzedQuery; sink: SinkPlan } {
  const query = analyze(definition.plan, definition.session.analysisOptions);
  const continuous = definition.trigger.kind === 'continuous';
  const sink = sinkPlan(definition);
  // The sink first, as in Spark: DataStreamWriter checks it before the query manager checks the plan.
  checkSink(sink, definition.outputMode, continuous, query.physical.output);
  checkStreaming(query, definition.outputMode, continuous);
  if (sink.outputFolder !== null) checkUniqueColumns(schemaOf(query.physical.output));
  // foreachBatch writes to the folder that its rejects go to, if to any.
  const output = sink.outputFolder ?? (sink.spec.kind === 'foreachBatch' ? sink.rejectsFolder : null);
  if (output !== null) refuseSelfFeeding(query.streams, output);
  return { query, sink };
}

/** Names of the queries that run in this process; two with one name would be mistaken for each other. */
const activeNames = new Set<string>();

/**
 * The composition root: makes sources, sink, state and checkpoint of the concrete kinds and starts the engine on them. The only file that knows
 * every part.
 */
export async function startQuery(definition: QueryDefinition): Promise<StreamingQuery> {
  const { query, sink } = checkQuery(definition);
  const { name, session } = definition;
  if (name !== null && activeNames.has(name)) {
    throw configError('QUERY_NAME_IN_USE', `A query named "${name}" is running already. Give this one another name.`);
  }
  const { directory, temporary } = checkpointLocation(sink);
  const checkpoint = await Checkpoint.open(session.disk, directory, {
    clock: session.clock,
    holder: name ?? 'a query',
  });
  try {
    const description = describeQuery(query, sink);
    checkContinues(directory, checkpoint.description as QueryDescription | null, description);
    const parts = openParts(definition, query, sink, checkpoint);
    checkpoint.describe(description);
    if (name !== null) activeNames.add(name);
    const release = async () => {
      if (name !== null) activeNames.delete(name);
      if (temporary) removeTree(session.disk, directory);
    };
    const started = await StreamingQuery.start({ ...parts, release }, definition.trigger);
    session.streams.register(started);
    return started;
  } catch (error) {
    checkpoint.close();
    throw error;
  }
}

/** Sinks that promise nothing over restarts may do without a checkpoint of their own; it then lasts as long as the query. */
function checkpointLocation(sink: SinkPlan): { directory: string; temporary: boolean } {
  if (sink.checkpointLocation !== null) return { directory: resolve(sink.checkpointLocation), temporary: false };
  if (sink.needsCheckpoint) {
    throw configError(
      'CHECKPOINT_LOCATION_MISSING',
      'checkpointLocation must be specified: .option("checkpointLocation", "checkpoints/my-query"). It is what makes the output exactly-once.',
    );
  }
  return { directory: join(tmpdir(), `clickstream-checkpoint-${crypto.randomUUID()}`), temporary: true };
}

function openParts(
  definition: QueryDefinition,
  query: AnalyzedQuery,
  sink: SinkPlan,
  checkpoint: Checkpoint,
): Omit<QueryParts, 'release'> {
  const { clock, disk } = definition.session;
  const settings = { ...DEFAULT_SETTINGS, ...definition.settings };
  const place = { checkpoint, disk, clock, keptBatches: settings.keepBatches, plan: query.physical };
  const { outputMode } = definition;
  const sources = query.streams.map((stream, index) => openSource(stream, index, place));
  const columns = new ColumnThreads();
  const output = openOutput(sink, checkpoint, {
    disk,
    encodeElsewhere: columns.encode,
    session: definition.session,
    queryId: checkpoint.id,
    ranBefore: checkpoint.commits.newest >= 0,
    expectOwned: checkpoint.commits.newest > checkpoint.forkedAfter,
    onOutput: (path) => checkpoint.outputs.add({ path, isExpected: false }),
    numFiles: repartitionOf(query.physical) ?? undefined,
    outputMode,
    schemaOf: query.physical.output,
  });
  return {
    name: definition.name,
    query,
    outputMode,
    sources,
    sink: output,
    stage: openStage({ query, outputMode, sources, sink: output, disk, workers: settings.workers, columns }),
    sinkDescription: sink.description,
    checkpoint,
    openState: ({ operatorId, schema, keyColumns }) =>
      openStateStore(disk, checkpoint.stateDirectory(operatorId), schema, keyColumns),
    openSide: openSideChannels({ disk, directory: sink.rejectsFolder ?? checkpoint.dir, queryId: checkpoint.id }),
    clock,
    settings,
    onWarning: warn,
  };
}

/** Opens the sink, and records the folders that it is known to fill. */
function openOutput(plan: SinkPlan, { outputs }: Checkpoint, request: OpenSinkRequest): Sink {
  const sink = openSink(plan, request);
  const { outputFolder, rejectsFolder, spec } = plan;
  if (outputFolder !== null) outputs.add({ path: outputFolder, isExpected: true });
  if (rejectsFolder !== null) outputs.add({ path: rejectsFolder, isExpected: spec.kind === 'foreachBatch' });
  return sink;
}

interface SourcePlace {
  readonly checkpoint: Checkpoint;
  readonly disk: Disk;
  readonly clock: Clock;
  /** Batches that the checkpoint's logs keep. */
  readonly keptBatches: number;
  readonly plan: PhysicalPlan;
}

function openSource(stream: StreamInput, index: number, place: SourcePlace): SourceHandle {
  const { checkpoint, disk, clock, keptBatches, plan } = place;
  const { kind, description, options } = stream.source;
  switch (kind) {
    case 'file': {
      const needed = neededColumns(plan, index);
      const seen = SeenFiles.open(disk, checkpoint.sourceDirectory(index), keptBatches);
      const source = openFiles(options.input as FileInput, { disk, clock, seen, needed, onWarning: warn });
      return { source, limit: source.readLimit, description };
    }
    case 'memory':
      return { source: (options.stream as MemoryStream).source(), limit: {}, description };
    case 'rate':
      return { source: rateSource(clock, options), limit: {}, description };
    case 'socket':
      return { source: socketSource(clock, socketOptions(options)), limit: {}, description };
    default:
      throw configError('FORMAT_UNKNOWN', `There is no source of kind "${kind}".`);
  }
}

function socketOptions(options: Options): { host: string; port: number; includeTimestamp: boolean } {
  const port = Number(options.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    throw configError(
      'OPTION_INVALID',
      `The socket source needs option "port", a number from 1 to 65535; found ${options.port}.`,
    );
  }
  return { host: String(options.host ?? 'localhost'), port, includeTimestamp: options.includeTimestamp === true };
}

/** Warnings are for people who watch: they go to stderr, one line each. */
function warn(message: string): void {
  process.stderr.write(`warning: ${message}\n`);
}
