const words = (text: string): readonly string[] => text.split(' ');

const NEVER_NAMES = words(
  'SELECT FROM WHERE HAVING UNION JOIN ON USING WHEN THEN ELSE AND OR IN BETWEEN LIKE ILIKE RLIKE REGEXP IS AS',
);

/**
 * Words that are no column's name without backticks: where an expression is expected they are a mistake. Spark's grammar reserves
 * none (ANSI off) and tells by what follows; with these few a forgotten operand is reported where it is missing.
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(NEVER_NAMES);

/** Words that are no alias unless AS comes before them: they begin the next clause, join or operator. */
export const NO_ALIAS_WORDS: ReadonlySet<string> = new Set([
  ...NEVER_NAMES,
  ...words('GROUP ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET WINDOW EXCEPT MINUS INTERSECT'),
  ...words('INNER LEFT RIGHT FULL CROSS NATURAL ANTI SEMI LATERAL'),
  ...words('NOT DIV ESCAPE ASC DESC NULLS FOR END'),
]);
