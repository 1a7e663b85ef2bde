import { configError } from '../errors.ts';
import { CALENDAR_INTERVAL, TIMESTAMP } from '../schema.ts';
import { analysisError } from '../sql/analysis-error.ts';
import type { Expr } from '../sql/ast.ts';
import { castTo } from '../sql/coercion.ts';
import { resolveExpression } from '../sql/resolve.ts';
import type { TypedExpr } from '../sql/typed.ts';
import { parseDuration } from '../sql/values/interval.ts';
import type { Attribute, PhysicalPlan, WindowSpec } from './physical.ts';
import { scopeOf, WINDOW_TYPE } from './physical.ts';

const DAY_MICROS = 86_400_000_000;

type Call = Extract<Expr, { kind: 'call' }>;

/** The window calls in `exprs`, each distinct call once. */
export function windowCalls(exprs: readonly Expr[]): Call[] {
  const found = new Map<string, Call>();
  const visit = (expr: Expr): void => {
    if (isWindowCall(expr)) {
      found.set(exprKey(expr), expr);
      return;
    }
    childExprs(expr).forEach(visit);
  };
  exprs.forEach(visit);
  return [...found.values()];
}

export function isWindowCall(expr: Expr): expr is Call {
  return expr.kind === 'call' && (lower(expr.name) === 'window' || lower(expr.name) === 'session_window');
}

/** The name by which the appended window column is known between planning steps; no user column can have it. */
export const WINDOW_COLUMN = '\u0000window';

/** `expr` with every window call replaced by the appended column. */
export function replaceWindowCalls(expr: Expr): Expr {
  if (isWindowCall(expr)) return { kind: 'name', parts: [WINDOW_COLUMN] };
  return mapChildren(expr, replaceWindowCalls);
}

/**
 * Plans the one window expression that an operator may have below that operator, as a column after its input's columns
 * (Spark: ResolveTimeWindows.scala, TimeWindowing and SessionWindowing).
 */
export function planWindow(input: PhysicalPlan, exprs: readonly Expr[], timeZone: string): PhysicalPlan {
  const calls = windowCalls(exprs);
  const call = calls[0];
  if (call === undefined) return input;
  if (calls.length > 1) {
    throw analysisError(
      'MULTIPLE_WINDOWS',
      'Multiple time/session window expressions would result in a cartesian product of rows, therefore they are currently not supported. Group by one window.',
      calls[1]?.span,
    );
  }
  const timeArg = call.args[0];
  if (timeArg === undefined || call.args.length < 2) {
    throw analysisError(
      'WINDOW_PARAMETER',
      `${call.name} needs a time column and a duration, as in ${call.name}(ts, '10 seconds').`,
      call.span,
    );
  }
  const time = windowTime(resolveExpression(timeArg, scopeOf(input.output, timeZone)));
  const mark =
    time.kind === 'input' || isWindowTimeOfInput(time) ? input.output[inputIndex(time)]?.eventTime : undefined;
  const column: Attribute = {
    name: WINDOW_COLUMN,
    type: WINDOW_TYPE,
    nullable: false,
    ...(mark ? { eventTime: mark } : {}),
  };
  const output = [...input.output, column];
  if (lower(call.name) === 'session_window') {
    return { op: 'assignSession', input, time, gap: sessionGap(call, input, timeZone), output };
  }
  return { op: 'assignWindow', input, time, window: windowSpec(call), byPane: false, output };
}

/** Over a window column the time is its last microsecond (Spark: ResolveWindowTime). */
function windowTime(time: TypedExpr): TypedExpr {
  if (time.type.kind === 'struct') {
    return { kind: 'call', name: 'window_time', args: [time], type: TIMESTAMP, nullable: time.nullable };
  }
  return castTo(time, TIMESTAMP);
}

export function isWindowTimeOfInput(expr: TypedExpr): boolean {
  return expr.kind === 'call' && expr.name === 'window_time' && expr.args[0]?.kind === 'input';
}

function inputIndex(expr: TypedExpr): number {
  if (expr.kind === 'input') return expr.index;
  return expr.kind === 'call' && expr.args[0]?.kind === 'input' ? expr.args[0].index : -1;
}

function windowSpec(call: Call): WindowSpec {
  const texts = call.args.slice(1).map((arg) => durationArgument(call, arg));
  if (texts.length > 3)
    throw analysisError(
      'WINDOW_PARAMETER',
      'window takes a time column, a duration, a slide and a start offset.',
      call.span,
    );
  const durationMicros = windowMicros(call, texts[0] as string);
  const slideMicros = texts[1] === undefined ? durationMicros : windowMicros(call, texts[1]);
  const startMicros = texts[2] === undefined ? 0 : windowMicros(call, texts[2]);
  const refuse = (what: string) => {
    throw analysisError('WINDOW_PARAMETER', `window: ${what}.`, call.span);
  };
  if (durationMicros <= 0) refuse(`the window duration must be greater than 0, found ${texts[0]}`);
  if (slideMicros <= 0) refuse(`the slide duration must be greater than 0, found ${texts[1]}`);
  if (slideMicros > durationMicros) {
    refuse(`the slide duration (${texts[1]}) must be less than or equal to the window duration (${texts[0]})`);
  }
  if (Math.abs(startMicros) >= slideMicros) {
    refuse(`the start offset (${texts[2]}) must be smaller than the slide duration (${texts[1] ?? texts[0]})`);
  }
  return { durationMicros, slideMicros, startMicros };
}

function durationArgument(call: Call, arg: Expr): string {
  if (arg.kind === 'literal' && typeof arg.value === 'string') return arg.value;
  throw analysisError(
    'WINDOW_PARAMETER',
    `${call.name}: durations must be constant texts such as '10 seconds'.`,
    call.span,
  );
}

function windowMicros(call: Call, text: string): number {
  const interval = parseDuration(text);
  if (interval === null) {
    throw analysisError(
      'WINDOW_PARAMETER',
      `window: "${text}" is no duration. Write it as '10 seconds', '1 hour 30 minutes' or '10s'.`,
      call.span,
    );
  }
  if (interval.months !== 0) {
    throw analysisError(
      'WINDOW_PARAMETER',
      `window: "${text}" has months or years, whose length varies. Use days or shorter units.`,
      call.span,
    );
  }
  return interval.days * DAY_MICROS + Number(interval.micros);
}

function sessionGap(call: Call, input: PhysicalPlan, timeZone: string): TypedExpr {
  const arg = call.args[1] as Expr;
  if (arg.kind === 'literal' && typeof arg.value === 'string') {
    windowMicros(call, arg.value); // refuses what is no duration; one that is not positive filters every row, as in Spark
  }
  return castTo(resolveExpression(arg, scopeOf(input.output, timeZone)), CALENDAR_INTERVAL);
}

/**
 * The delay of a watermark in milliseconds; a month counts 31 days (Spark: Dataset.withWatermark,
 * IntervalUtils.getDuration with daysPerMonth = 31).
 */
export function watermarkDelayMs(text: string): number {
  const interval = parseDuration(text);
  if (interval === null) {
    throw configError(
      'WATERMARK_DELAY',
      `withWatermark: "${text}" is no duration. Write it as "10 minutes", "1 hour 30 minutes" or "10s".`,
    );
  }
  const micros = (interval.months * 31 + interval.days) * DAY_MICROS + Number(interval.micros);
  if (micros < 0) {
    throw configError(
      'WATERMARK_NEGATIVE_DELAY',
      `withWatermark: the delay threshold (${text}) should not be negative.`,
    );
  }
  return Math.floor(micros / 1000);
}

export function childExprs(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'call':
      return expr.filter === undefined ? expr.args : [...expr.args, expr.filter];
    case 'field':
    case 'cast':
    case 'alias':
      return [expr.child];
    case 'case':
      return [...expr.branches.flatMap((b) => [b.when, b.then]), ...(expr.otherwise ? [expr.otherwise] : [])];
    case 'lambda':
      return [expr.body];
    default:
      return [];
  }
}

export function mapChildren(expr: Expr, change: (child: Expr) => Expr): Expr {
  switch (expr.kind) {
    case 'call':
      return { ...expr, args: expr.args.map(change), ...(expr.filter ? { filter: change(expr.filter) } : {}) };
    case 'field':
    case 'cast':
    case 'alias':
      return { ...expr, child: change(expr.child) };
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map((b) => ({ when: change(b.when), then: change(b.then) })),
        ...(expr.otherwise ? { otherwise: change(expr.otherwise) } : {}),
      };
    case 'lambda':
      return { ...expr, body: change(expr.body) };
    default:
      return expr;
  }
}

/** A text that is equal for expressions that are equal but for where they stand. */
export function exprKey(expr: unknown): string {
  return JSON.stringify(expr, (key, value) =>
    key === 'span' ? undefined : typeof value === 'bigint' ? `${value}n` : value,
  );
}

/** Whether two expressions are equal but for where they stand. Looks no further than their first difference. */
export function sameExpr(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const namesOf = (value: object) =>
    Object.entries(value).filter(([name, part]) => name !== 'span' && part !== undefined);
  const [left, right] = [namesOf(a), new Map(namesOf(b))];
  return left.length === right.size && left.every(([name, part]) => right.has(name) && sameExpr(part, right.get(name)));
}

export function lower(name: string): string {
  return name.toLowerCase();
}
