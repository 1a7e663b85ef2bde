/** A bug that is put into a copy of the sources. */
export interface Mutant {
  readonly name: string;
  readonly file: string;
  /** [text that occurs once, what takes its place] */
  readonly edits: readonly (readonly [string, string])[];
  /** The test file that must turn red. */
  readonly caughtBy: string;
}

const POWER = 'test/reliability/power-cuts.test.ts';
const DURABLE = 'src/fs/durable-file.ts';
const DURABLE_FOLDER = 'src/fs/durable-folder.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'files are not flushed',
    file: DURABLE,
    edits: [['      this.disk.fsync(handle);\n', '']],
    caughtBy: POWER,
  },
  {
    name: 'folders are not flushed',
    file: DURABLE_FOLDER,
    edits: [['  try {\n    disk.fsyncDirectory(path);\n  } catch', '  try {\n  } catch']],
    caughtBy: POWER,
  },
  {
    name: 'a flush that failed is passed over',
    file: DURABLE,
    edits: [
      [
        '    } catch (error) {\n      this.abandon();\n      throw fsyncError(this.finalPath, error);\n    }\n    try {\n      const size',
        '    } catch {}\n    try {\n      const size',
      ],
    ],
    caughtBy: 'test/fs/durable.test.ts',
  },
  {
    name: 'a short write is taken for a whole one',
    file: DURABLE,
    edits: [['        at += taken;\n', '        at = bytes.length;\n']],
    caughtBy: 'test/fs/durable.test.ts',
  },
  {
    name: 'log entries are published by rename, which overwrites',
    file: DURABLE,
    edits: [["  if (mode === 'rename') disk.rename(", "  if (mode !== 'never' as string) disk.rename("]],
    caughtBy: 'test/fs/durable.test.ts',
  },
  {
    name: 'unfinished files have visible names',
    file: DURABLE,
    edits: [['  return join(dirname(finalPath), `.', '  return join(dirname(finalPath), `']],
    caughtBy: POWER,
  },
  {
    name: 'new folders are not flushed into their parents',
    file: DURABLE_FOLDER,
    edits: [['    syncDirectory(disk, dirname(folder));\n', '']],
    caughtBy: POWER,
  },
  {
    name: 'output files are not flushed into their folder',
    file: 'src/sinks/write.ts',
    edits: [['(parts.map((part) => dirname(part.path)))) syncDirectory(', '([] as string[])) syncDirectory(']],
    caughtBy: POWER,
  },
  {
    name: 'rejects are not flushed into their folder',
    file: 'src/sinks/rejects.ts',
    edits: [["this.flush().publish('rename')", "this.flush().publish('rename', { syncDirectory: false })"]],
    caughtBy: POWER,
  },
  {
    name: 'unfinished output files of a dead run stay',
    file: 'src/sinks/part-names.ts',
    edits: [['  return /^\\.part-\\d{9,}-', '  return /^\\.never-\\d{9,}-']],
    caughtBy: POWER,
  },
  {
    name: 'a batch is committed before its output is written',
    file: 'src/engine/micro-batch.ts',
    edits: [
      [
        '    let run = await this.attempt(entry, timer, signal);\n',
        '    this.parts.checkpoint.commits.add(entry.batchId, { batchId: entry.batchId, nextBatchWatermarkMs: this.watermark.currentMs, operators: [] });\n    let run = await this.attempt(entry, timer, signal);\n',
      ],
      ['async () => parts.checkpoint.commits.add(entry.batchId, commit)', 'async () => commit'],
    ],
    caughtBy: POWER,
  },
  {
    name: 'a logged batch is not run again, but planned anew',
    file: 'src/engine/micro-batch.ts',
    edits: [['      this.pending = newest;\n', '      this.pending = null;\n']],
    caughtBy: POWER,
  },
  {
    name: 'the watermark is not stored with the commit',
    file: 'src/engine/micro-batch.ts',
    edits: [['      nextBatchWatermarkMs: this.watermark.currentMs,\n', '      nextBatchWatermarkMs: 0,\n']],
    caughtBy: POWER,
  },
  {
    name: 'the batch without data that was owed is forgotten',
    file: 'src/engine/micro-batch.ts',
    edits: [['    this.mayOweBatch = settings.resumeNoDataBatch;\n', '    this.mayOweBatch = false;\n']],
    caughtBy: 'test/reliability/between-batches.test.ts',
  },
  {
    name: 'late rows are judged by the watermark of their own batch',
    file: 'src/engine/current-run.ts',
    edits: [['this.lateMicros = lateWatermarkMs * 1000;', 'this.lateMicros = entry.batchWatermarkMs * 1000;']],
    caughtBy: 'test/conformance/conformance.test.ts',
  },
  {
    name: 'files that were taken are forgotten at the restart',
    file: 'src/sources/file/taken.ts',
    edits: [['    this.seen.addBatch(batchId, files);\n', '']],
    caughtBy: POWER,
  },
  {
    name: 'a file that changed while it was read is not noticed',
    file: 'src/sources/file/read-split.ts',
    edits: [['        checkPinned(split, statPinned(disk, split));\n        return', '        return']],
    caughtBy: 'test/sources/file/file-source.test.ts',
  },
  {
    name: 'a file need not rest before it is taken',
    file: 'src/sources/file/pending.ts',
    edits: [['    if (left > 0) return', '    if (left > 1e9) return']],
    caughtBy: 'test/sources/file/file-source.test.ts',
  },
  {
    name: 'the lock of a living process is taken over',
    file: 'src/fs/lock.ts',
    edits: [['    if (!(await isDead(path, owner, host))) throw', '    if (found === "never") throw']],
    caughtBy: 'test/fs/lock.test.ts',
  },
  {
    name: 'a second query of the same process is let in',
    file: 'src/fs/lock.ts',
    edits: [['  if (folders.has(realDir)) throw', '  if (folders.has("never")) throw']],
    caughtBy: 'test/fs/lock.test.ts',
  },
  {
    name: 'checksums are not compared',
    file: 'src/fs/framed-text.ts',
    edits: [
      [
        "buffer.toString('latin1', bodyLength) !== frameEnd(",
        "buffer.toString('latin1', bodyLength) === 'x' + frameEnd(",
      ],
    ],
    caughtBy: 'test/checkpoint/checkpoint.test.ts',
  },
  {
    name: "another query's output folder is written to",
    file: 'src/sinks/owner.ts',
    edits: [['  if (owner === queryId) return;\n', '  return;\n']],
    caughtBy: 'test/sinks/file.test.ts',
  },
  {
    name: 'a batch whose process died is not counted as crashed',
    file: 'src/checkpoint/attempts.ts',
    edits: [['  const diedRunning = predecessorDied && ', '  const diedRunning = false && ']],
    caughtBy: 'test/checkpoint/attempts.test.ts',
  },
  {
    name: 'a process that was stopped counts as crashed',
    file: 'src/checkpoint/attempts.ts',
    edits: [['  const diedRunning = predecessorDied && ', '  const diedRunning = ']],
    caughtBy: 'test/checkpoint/attempts.test.ts',
  },
  {
    name: 'a quarantined file is new again',
    file: 'src/checkpoint/exclusions.ts',
    edits: [["?.reason === 'changed'", '?.reason !== undefined']],
    caughtBy: 'test/checkpoint/exclusions.test.ts',
  },
  {
    name: 'what was quarantined is forgotten with its batch',
    file: 'src/checkpoint/exclusions.ts',
    edits: [[" || entries.some(({ reason }) => reason === 'quarantined')", '']],
    caughtBy: 'test/checkpoint/exclusions.test.ts',
  },
  {
    name: 'a rewind that is not finished is not marked',
    file: 'src/pipeline/care/rewind.ts',
    edits: [['  markRewind(disk, dir, toBatch);\n', '  if (dir === "") markRewind(disk, dir, toBatch);\n']],
    caughtBy: 'test/pipeline/care/rewind.test.ts',
  },
  {
    name: 'a rewind takes the logs back before the memory of the files',
    file: 'src/pipeline/care/rewind.ts',
    edits: [
      ['  rewindSeen(disk, dir, toBatch);\n', ''],
      [
        '  for (const name of [ATTEMPTS, READING])',
        '  rewindSeen(disk, dir, toBatch);\n  for (const name of [ATTEMPTS, READING])',
      ],
    ],
    caughtBy: 'test/pipeline/care/rewind.test.ts',
  },
  {
    name: 'a rewind leaves the output of later batches',
    file: 'src/pipeline/care/rewind.ts',
    edits: [
      ['  for (const path of files) removeIfThere(disk, path);\n', '  for (const path of files) exists(disk, path);\n'],
    ],
    caughtBy: 'test/pipeline/care/rewind.test.ts',
  },
  {
    name: 'a rewind that is done again does not flush what the first one did',
    file: 'src/pipeline/care/rewind.ts',
    edits: [
      [
        '    for (const directory of outputDirectories(disk, folder)) syncDirectory(disk, directory);\n',
        '    if (files.length > 0) for (const directory of outputDirectories(disk, folder)) syncDirectory(disk, directory);\n',
      ],
    ],
    caughtBy: 'test/pipeline/care/rewind.test.ts',
  },
  {
    name: 'a rewind does not look whether the input is still there',
    file: 'src/pipeline/care/check-input.ts',
    edits: [
      [
        '  return found.size === size && found.mtimeMs === mtimeMs;',
        '  return found.size === size || found.mtimeMs !== mtimeMs;',
      ],
    ],
    caughtBy: 'test/pipeline/care/rewind.test.ts',
  },
  {
    name: 'a fork keeps the id of the query',
    file: 'src/pipeline/care/fork.ts',
    edits: [['writeQueryId(disk, unfinished)', 'writeQueryId(disk, unfinished, checkpoint.id)']],
    caughtBy: 'test/pipeline/care/fork.test.ts',
  },
  {
    name: 'the doctor does not read the state',
    file: 'src/pipeline/care/check-state.ts',
    edits: [['    await readVersion(disk, path, version);\n', '']],
    caughtBy: 'test/reliability/damaged-checkpoint.test.ts',
  },
  {
    name: 'a state folder without its schema gets a new one',
    file: 'src/state/state-schema.ts',
    edits: [
      [
        "    if (entriesIn(disk, dir).some(({ name }) => /^\\d/.test(name))) throw stateError(path, 'the file is missing');\n",
        '',
      ],
    ],
    caughtBy: 'test/reliability/damaged-checkpoint.test.ts',
  },
  {
    name: 'windows of another length go on with the old state',
    file: 'src/pipeline/compatibility.ts',
    edits: [['windows: stateful ? windowsOf(query) : []', 'windows: []']],
    caughtBy: 'test/pipeline/changed-query.test.ts',
  },
  {
    name: 'rows that an operator lost are not missed',
    file: 'src/engine/accounts.ts',
    edits: [['    if (what !== null) throw', '    if (what === "never") throw']],
    caughtBy: 'test/engine/row-accounts.test.ts',
  },
  {
    name: 'too many rejects are noticed when the output is there already',
    file: 'src/engine/current-run.ts',
    edits: [['      if (next.done) return atEnd();\n', '      if (next.done) return;\n']],
    caughtBy: 'test/engine/reject-limit.test.ts',
  },
  {
    name: 'a replay judges events that are ahead by the clock of its own time',
    file: 'src/engine/current-run.ts',
    edits: [
      [
        'Number.POSITIVE_INFINITY : batch.batchTimestampMs + Number(maxFutureSkewMs)',
        'Number.POSITIVE_INFINITY : parts.clock.nowMs() + Number(maxFutureSkewMs)',
      ],
    ],
    caughtBy: 'test/engine/future-events.test.ts',
  },
  {
    name: 'values of partition columns become folders as they are',
    file: 'src/sinks/partition-folders.ts',
    edits: [
      [
        "NULL_PARTITION : escapePathPart(cellText(field.type, 'UTC')(cell))",
        "NULL_PARTITION : cellText(field.type, 'UTC')(cell)",
      ],
    ],
    caughtBy: 'test/sinks/file.test.ts',
  },
  {
    name: 'files rest by the wall clock',
    file: 'src/sources/file/pending.ts',
    edits: [
      [
        'return this.options.clock.monotonicMs() - candidate.sinceMs;',
        'return this.options.clock.nowMs() - candidate.sinceMs;',
      ],
      ['const sinceMs = this.options.clock.monotonicMs();', 'const sinceMs = this.options.clock.nowMs();'],
      ['sinceMs: this.options.clock.monotonicMs() };', 'sinceMs: this.options.clock.nowMs() };'],
    ],
    caughtBy: 'test/reliability/clocks.test.ts',
  },
  {
    name: 'ticks come by the wall clock',
    file: 'src/engine/streaming-query.ts',
    edits: [
      ['return clock.monotonicMs() + nextTickMs(nowMs, intervalMs) - nowMs;', 'return nextTickMs(nowMs, intervalMs);'],
      [
        'while (!this.stopping && clock.monotonicMs() < nextMs) await this.sleepUntil(nextMs - clock.monotonicMs());',
        'while (!this.stopping && clock.nowMs() < nextMs) await this.sleepUntil(nextMs - clock.nowMs());',
      ],
    ],
    caughtBy: 'test/engine/clocks.test.ts',
  },
  {
    name: 'a flush of a folder that failed is passed over',
    file: DURABLE_FOLDER,
    edits: [['  } catch (error) {\n    throw fsyncError(path, error);\n  }\n}\n', '  } catch {}\n}\n']],
    caughtBy: 'test/reliability/failed-flushes.test.ts',
  },
  {
    name: 'output files have the time of their writing',
    file: 'src/sinks/write.ts',
    edits: [['const mtimeMs = this.batch.batchTimeMs;', 'const mtimeMs = undefined;']],
    caughtBy: 'test/reliability/chained-tasks.test.ts',
  },
  {
    name: 'input that was cleaned away is not flushed before it is forgotten',
    file: 'src/sources/file/clean.ts',
    edits: [['for (const folder of new Set(paths.map((path) => dirname(path)))) syncDirectory(disk, folder);', '']],
    caughtBy: 'test/sources/file/clean.test.ts',
  },
  {
    name: 'input that could not be read is passed over by a bounded run',
    file: 'src/engine/streaming-query.ts',
    edits: [['source.reportUnread?.();', '{}']],
    caughtBy: 'test/sources/file/unreadable.test.ts',
  },
  {
    name: 'files of an earlier attempt at a batch that wrote more stay',
    file: 'src/sinks/write.ts',
    edits: [
      [
        '      if (lastBatchId === null || batch.batchId <= lastBatchId) removeLeftovers(request, batch, written.parts);\n',
        '',
      ],
    ],
    caughtBy: 'test/reliability/simulate.test.ts',
  },
  {
    name: 'what a batch left out goes before its log entry is gone for good',
    file: 'src/checkpoint/checkpoint.ts',
    edits: [['this.exclusions.purge(keepFrom - 1);', 'this.exclusions.purge(keepFrom);']],
    caughtBy: 'test/checkpoint/checkpoint.test.ts',
  },
  {
    name: 'state files are not closed',
    file: 'src/state/state-file.ts',
    edits: [['    closeQuietly(disk, handle);\n', '']],
    caughtBy: 'test/state/state-store.test.ts',
  },
  {
    name: 'windows whose numbers are 2^32 apart have one place in the table',
    file: 'src/engine/keys/window-codes.ts',
    edits: [['if (at !== distance || at <', 'if (at <']],
    caughtBy: 'test/engine/sliding-windows.test.ts',
  },
  {
    name: 'windows of another kind have the codes of the first',
    file: 'src/engine/keys/window-codes.ts',
    edits: [[' &&\n      startMicros === window.startMicros', '']],
    caughtBy: 'test/engine/sliding-windows.test.ts',
  },
  {
    name: 'panes are added up from the last to the first',
    file: 'src/engine/pane-groups.ts',
    edits: [['for (let k = 0; k < perPane; k++) {\n    for', 'for (let k = perPane - 1; k >= 0; k--) {\n    for']],
    caughtBy: 'test/engine/panes.test.ts',
  },
  {
    name: 'groups are looked for by the codes that they had before',
    file: 'src/engine/group-table.ts',
    edits: [['    for (const groups of this.byTime.values()) groups.dropIndex();\n', '']],
    caughtBy: 'test/engine/group-table.test.ts',
  },
  {
    name: 'the partial result of a known group takes the place of its state',
    file: 'src/engine/found-groups.ts',
    edits: [['isNew[group] === 1 ? slot : -1', 'slot']],
    caughtBy: 'test/engine/group-table.test.ts',
  },
  {
    name: 'encoded rows hold the groups that close with their batch',
    file: 'src/engine/chunk-groups.ts',
    edits: [['time === null || time > micros ? 1', 'time === null || time >= micros ? 1']],
    caughtBy: 'test/engine/changed-groups.test.ts',
  },
  {
    name: 'a batch of CSV ends a row late',
    file: 'src/formats/batch-size.ts',
    edits: [['return rows === BATCH_ROWS ||', 'return rows > BATCH_ROWS ||']],
    caughtBy: 'test/formats/batch-size.test.ts',
  },
];
