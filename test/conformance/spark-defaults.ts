/** Options that Spark takes to be set where this engine's defaults differ. */
export const SPARK_DEFAULTS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  json: { mode: 'PERMISSIVE' },
  csv: { mode: 'PERMISSIVE', escape: '\\' },
};
