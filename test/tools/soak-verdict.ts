/** What a process was at one moment. */
export interface Sample {
  /** Seconds since the run began. */
  readonly seconds: number;
  /** Which start of the process it is of: memory begins anew with each. */
  readonly life: number;
  /** Seconds since that start. */
  readonly ageSeconds: number;
  readonly rssMb: number;
  readonly descriptors: number;
  readonly checkpointKb: number;
}

export interface Verdict {
  readonly slopeMbPerHour: number;
  readonly measuredHours: number;
  readonly memoryIsFlat: boolean;
  readonly descriptorsAreConstant: boolean;
  readonly checkpointIsBounded: boolean;
}

/** Caches, compiled code and the heap's own size come first; of a shorter life nothing can be said. */
const WARM_UP_SECONDS = 300;
const MOST_MB_PER_HOUR = 1;
/** What V8 may keep before it collects, whatever the time: in a short run less than this is no growth. */
const HEAP_NOISE_MB = 16;
/** A batch may be going on when a sample is taken, with its input, output, log and folder open. */
const OPEN_IN_A_BATCH = 8;
/** The last third of a run may be so much larger than the second, whose logs are full by then. */
const MOST_CHECKPOINT_GROWTH = 1.25;
/** The log of the files taken is made shorter when some thousands of its lines are of files that are gone: until then it only grows. */
const LOGS_KB = 512;

/** Judges the samples of one task, in the order in which they were taken. */
export function judge(samples: readonly Sample[]): Verdict {
  const warm = samples.filter(({ ageSeconds }) => ageSeconds >= WARM_UP_SECONDS);
  const slopeMbPerHour = slopeWithinLives(warm) * 3600;
  const measuredHours = lives(warm).reduce((sum, life) => sum + spanSeconds(life), 0) / 3600;
  const growthMb = slopeMbPerHour * measuredHours;
  const early = samples.slice(0, Math.ceil(samples.length / 3)).map(({ descriptors }) => descriptors);
  const late = samples.slice(-Math.ceil(samples.length / 3));
  const middle = samples.slice(Math.floor(samples.length / 3), Math.floor((samples.length * 2) / 3));
  const size = (part: readonly Sample[]) => median(part.map(({ checkpointKb }) => checkpointKb));
  return {
    slopeMbPerHour,
    measuredHours,
    memoryIsFlat: slopeMbPerHour <= MOST_MB_PER_HOUR || growthMb <= HEAP_NOISE_MB,
    descriptorsAreConstant: median(late.map(({ descriptors }) => descriptors)) <= median(early) + OPEN_IN_A_BATCH,
    checkpointIsBounded: size(late) <= Math.max(LOGS_KB, size(middle) * MOST_CHECKPOINT_GROWTH),
  };
}

/** MB per second: one slope for all lives, each with a level of its own (least squares). */
function slopeWithinLives(samples: readonly Sample[]): number {
  let above = 0;
  let below = 0;
  for (const life of lives(samples)) {
    const meanSeconds = mean(life.map(({ seconds }) => seconds));
    const meanMb = mean(life.map(({ rssMb }) => rssMb));
    for (const { seconds, rssMb } of life) {
      above += (seconds - meanSeconds) * (rssMb - meanMb);
      below += (seconds - meanSeconds) ** 2;
    }
  }
  return below === 0 ? 0 : above / below;
}

function lives(samples: readonly Sample[]): Sample[][] {
  const found = new Map<number, Sample[]>();
  for (const sample of samples) found.set(sample.life, [...(found.get(sample.life) ?? []), sample]);
  return [...found.values()];
}

function spanSeconds(life: readonly Sample[]): number {
  return (life.at(-1)?.seconds ?? 0) - (life[0]?.seconds ?? 0);
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
