let library: Promise<typeof import('hyparquet')> | null = null;

/** The library that reads Parquet files, loaded when the first one is read. */
export function hyparquet(): Promise<typeof import('hyparquet')> {
  library ??= import('hyparquet');
  return library;
}
