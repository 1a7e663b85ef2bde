import { didYouMean } from '../../errors.ts';
import { parseExpression, parseSelectItem, parseSortItem } from '../../sql/parser.ts';
import { outputName } from '../../sql/resolve.ts';
import { Column } from '../column.ts';
import type { DataFrame } from '../data-frame.ts';
import { checkedWatermark } from './build-inputs.ts';
import type { Findings } from './findings.ts';
import { type StepValue, textList, type WatermarkValue } from './pipeline-value.ts';
import type { Path } from './yaml-file.ts';

type Inputs = ReadonlyMap<string, DataFrame | null>;

/** The steps that were built, with the table behind each: to find the step that an error belongs to. */
export interface BuiltSteps {
  readonly table: DataFrame | null;
  readonly tables: readonly { readonly path: Path; readonly table: DataFrame }[];
}

/**
 * Builds the steps one after the other. A step with a mistake is left out and the rest goes on, so that all mistakes are found at once;
 * what mentions a column that such a step would have made is not held against the user a second time.
 */
export function buildSteps(
  start: DataFrame | null,
  steps: readonly (StepValue | null)[],
  inputs: Inputs,
  findings: Findings,
): BuiltSteps {
  const builder = new StepBuilder(start, inputs, findings);
  for (const [index, step] of steps.entries()) builder.add(step, ['steps', index]);
  return { table: builder.table, tables: builder.tables };
}

interface Item {
  readonly text: string;
  readonly path: Path;
}

class StepBuilder {
  readonly tables: { path: Path; table: DataFrame }[] = [];
  /** Columns that are missing because of a mistake which was told already, in lower case. */
  private readonly lost = new Set<string>();

  constructor(
    public table: DataFrame | null,
    private readonly inputs: Inputs,
    private readonly findings: Findings,
  ) {}

  add(step: StepValue | null, path: Path): void {
    if (step === null) {
      this.table = null; // nothing is known of its columns
      return;
    }
    const name = Object.keys(step).find((key) => key !== 'groupBy');
    if (name === undefined) return; // was left out, and told
    const at = [...path, name];
    const next = this.apply(name, step, path, at);
    if (next === null) return;
    this.table = next;
    this.tables.push({ path: at, table: next });
  }

  /** The table behind the step; null leaves it as it was. */
  private apply(name: string, step: StepValue, path: Path, at: Path): DataFrame | null {
    const value = step[name];
    switch (name) {
      case 'select':
      case 'selectExpr':
        return this.select(itemsOf(value, at));
      case 'filter':
      case 'where':
        return this.expression({ text: value as string, path: at }, (table, column) => table.filter(column));
      case 'withColumn':
        for (const [column, text] of Object.entries(value as object)) this.withColumn(column, String(text), at);
        return this.table;
      case 'agg':
        return this.aggregate(itemsOf(step.groupBy ?? [], [...path, 'groupBy']), itemsOf(value, at));
      case 'withWatermark': {
        const mark = value as WatermarkValue;
        if (this.table === null || this.isLost(mark.column)) return null;
        return checkedWatermark(this.findings, at, this.table, mark);
      }
      case 'orderBy':
        return this.orderBy(itemsOf(value, at));
      case 'join':
        return this.join(value as JoinValue, at);
      case 'union':
        for (const item of itemsOf(value, at)) this.union(item);
        return this.table;
      default:
        return this.plain(name, value, at);
    }
  }

  private select(items: readonly Item[]): DataFrame | null {
    const columns = this.columns(items, (table, column) => table.select(column));
    return columns.length === 0 ? this.loseAll(items) : this.whole(items, (table) => table.select(...columns));
  }

  private withColumn(name: string, text: string, at: Path): void {
    const item = { text, path: [...at, name] };
    const next = this.expression(item, (table, column) => table.withColumn(name, column));
    if (next === null) this.lost.add(name.toLowerCase());
    else this.table = next;
  }

  private aggregate(keyItems: readonly Item[], items: readonly Item[]): DataFrame | null {
    const ofKeys = (table: DataFrame, keys: readonly Column[]) => table.groupBy(...keys);
    const counted = new Column(parseSelectItem('count(*) AS count'));
    const keys = this.columns(keyItems, (table, key) => ofKeys(table, [key]).agg(counted));
    const aggregates = this.columns(items, (table, aggregate) => ofKeys(table, keys).agg(aggregate));
    if (aggregates.length === 0) return this.loseAll(items);
    return this.whole([...keyItems, ...items], (table) => ofKeys(table, keys).agg(...aggregates));
  }

  private orderBy(items: readonly Item[]): DataFrame | null {
    const by = items.flatMap(({ text, path }) => {
      const item = this.findings.attempt(path, () => parseSortItem(text));
      const isKnown = item !== null && this.checked({ text, path }, (table) => table.orderBy(item)) !== null;
      return isKnown ? [item] : [];
    });
    return this.table === null || by.length === 0 ? null : this.table.orderBy(...by);
  }

  private join({ table: name, using, on, type }: JoinValue, at: Path): DataFrame | null {
    const right = this.input(name, [...at, 'table']);
    if (right === null) return null;
    const named = right.alias(name);
    if (on !== undefined) {
      return this.expression({ text: on, path: [...at, 'on'] }, (table, condition) =>
        table.join(named, condition, type),
      );
    }
    const columns = textList(using);
    return this.checked({ text: columns.join(' '), path: [...at, 'using'] }, (table) =>
      table.join(named, columns, type),
    );
  }

  private union({ text, path }: Item): void {
    const other = this.input(text, path);
    if (other === null) return;
    const next = this.checked({ text, path }, (table) => table.union(other));
    if (next !== null) this.table = next;
  }

  private plain(name: string, value: unknown, at: Path): DataFrame | null {
    const item = { text: '', path: at };
    switch (name) {
      case 'withColumnRenamed':
        for (const [from, to] of Object.entries(value as Record<string, string>)) this.rename(from, to, [...at, from]);
        return this.table;
      case 'drop':
        this.checkColumns(itemsOf(value, at));
        return this.checked(item, (table) => table.drop(...textList(value)));
      case 'dropDuplicates':
      case 'dropDuplicatesWithinWatermark': {
        const columns = textList(value);
        const all = columns.length === 1 && columns[0] === '*';
        if (!all && !this.checkColumns(itemsOf(value, at))) return null;
        return this.checked(item, (table) => table[name](all ? null : columns));
      }
      case 'distinct':
        return value === true ? this.checked(item, (table) => table.distinct()) : this.table;
      case 'limit':
        return this.checked(item, (table) => table.limit(value as number));
      default:
        return this.checked(item, (table) => table.repartition(value as number));
    }
  }

  private rename(from: string, to: string, path: Path): void {
    if (!this.checkColumns([{ text: from, path }], 'key')) this.lost.add(to.toLowerCase());
    else this.table = this.table?.withColumnRenamed(from, to) ?? null;
  }

  /** Spark lets unknown names pass in drop and withColumnRenamed; in a file they are slips. */
  private checkColumns(items: readonly Item[], at: 'key' | 'value' = 'value'): boolean {
    if (this.table === null) return false;
    const names = this.table.schema.fields.map((field) => field.name);
    const unknown = items.filter(({ text }) => !names.some((name) => name.toLowerCase() === text.toLowerCase()));
    for (const { text, path } of unknown) {
      if (this.isLost(text)) continue;
      const message = `There is no column "${text}".${didYouMean(text, names)} The columns are: ${names.join(', ')}.`;
      this.findings.add(path, 'COLUMN_NOT_FOUND', message, at);
    }
    return unknown.length === 0;
  }

  /** A source or table of the file, by its name. */
  private input(name: string, path: Path): DataFrame | null {
    const found = [...this.inputs].find(([other]) => other.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found[1];
    const names = [...this.inputs.keys()];
    this.findings.add(
      path,
      'NAME_UNKNOWN',
      `There is no source or table "${name}".${didYouMean(name, names)} There are: ${names.join(', ')}.`,
    );
    return null;
  }

  /** The items that mean something, each checked by itself by the table that it would make. */
  private columns(items: readonly Item[], make: (table: DataFrame, column: Column) => DataFrame): Column[] {
    return items.flatMap((item) => {
      const column = this.findings.attempt(item.path, () => new Column(parseSelectItem(item.text)));
      if (column === null) return [];
      if (this.checkedColumn(item, column, make) !== null) return [column];
      const name = column.expr.kind === 'alias' ? column.expr.name : outputName(column.expr);
      this.lost.add((/^(session_)?window\(/i.exec(name) ? name.slice(0, name.indexOf('(')) : name).toLowerCase());
      return [];
    });
  }

  private expression(item: Item, make: (table: DataFrame, column: Column) => DataFrame): DataFrame | null {
    const column = this.findings.attempt(item.path, () => new Column(parseExpression(item.text)));
    return column === null ? null : this.checkedColumn(item, column, make);
  }

  private checkedColumn(
    { text, path }: Item,
    column: Column,
    make: (table: DataFrame, column: Column) => DataFrame,
  ): DataFrame | null {
    const { table } = this;
    if (table === null || this.mentionsLost(text)) return null;
    return this.findings.attemptNames(path, column.expr, (expr) => {
      const next = make(table, new Column(expr));
      void next.schema; // names and types are looked at here
      return next;
    });
  }

  /** What can only be seen of all items together is shown at the first. */
  private whole(items: readonly Item[], make: (table: DataFrame) => DataFrame): DataFrame | null {
    return this.checked({ text: '', path: items[0]?.path ?? [] }, make);
  }

  private checked({ text, path }: Item, make: (table: DataFrame) => DataFrame): DataFrame | null {
    const { table } = this;
    if (table === null || this.mentionsLost(text)) return null;
    return this.findings.attempt(path, () => {
      const next = make(table);
      void next.schema; // names and types are looked at here
      return next;
    });
  }

  /** Nothing is known of the columns any more. */
  private loseAll(items: readonly Item[]): null {
    if (items.length > 0) this.table = null;
    return null;
  }

  private isLost(column: string): boolean {
    return this.lost.has(column.toLowerCase());
  }

  private mentionsLost(text: string): boolean {
    const words: readonly string[] = text.toLowerCase().match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? [];
    return words.some((word) => this.lost.has(word)) || this.lost.has(text.toLowerCase());
  }
}

interface JoinValue {
  readonly table: string;
  readonly using?: string | readonly string[];
  readonly on?: string;
  readonly type?: 'inner' | 'leftOuter' | 'rightOuter' | 'fullOuter' | 'leftSemi' | 'leftAnti';
}

/** The texts of a key, each with its place. */
function itemsOf(value: unknown, path: Path): Item[] {
  if (typeof value === 'string') return [{ text: value, path }];
  return textList(value).map((text, index) => ({ text, path: [...path, index] }));
}
