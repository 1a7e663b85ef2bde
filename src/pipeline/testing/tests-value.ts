import type { PlainRow } from '../../sql/values/plain.ts';

/** A test file's value, once it has passed its schema. */
export interface TestsValue {
  readonly pipeline?: string;
  readonly tests: readonly TestValue[];
}

export interface TestValue {
  readonly name: string;
  readonly given?: {
    readonly now?: string;
    readonly tables?: Readonly<Record<string, readonly PlainRow[]>>;
    readonly env?: Readonly<Record<string, string | number | boolean>>;
  };
  readonly steps: readonly { readonly when: When; readonly then?: Then }[];
}

/** Files by source: rows, or the content. */
export type Arrival = Readonly<Record<string, string | readonly PlainRow[]>>;

export interface When {
  readonly arrive?: Arrival | readonly Arrival[];
  readonly advance?: string;
  readonly restart?: boolean;
  readonly crash?: boolean;
  readonly finish?: boolean;
}

export interface Then {
  readonly rows?: readonly PlainRow[];
  readonly batches?: readonly (readonly PlainRow[])[];
  readonly all?: readonly PlainRow[];
  readonly late?: number;
  readonly rejected?: number;
  readonly duplicates?: number;
  readonly watermark?: string;
  readonly error?: string;
}
