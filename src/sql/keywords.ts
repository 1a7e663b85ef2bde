/**
 * Words that end an expression or begin a clause: no implicit alias and no column without backticks may be one of them.
 * (Spark without ANSI mode reserves none by law, its grammar tells them apart by what follows.)
 */
export const RESERVED_WORDS: ReadonlySet<string> = new Set(
  (
    'SELECT FROM WHERE GROUP HAVING ORDER SORT CLUSTER DISTRIBUTE LIMIT OFFSET UNION EXCEPT MINUS INTERSECT ' +
    'JOIN INNER LEFT RIGHT FULL CROSS NATURAL ANTI SEMI LATERAL ON USING WINDOW ' +
    'WHEN THEN ELSE END AND OR NOT IN BETWEEN LIKE ILIKE RLIKE REGEXP IS AS DIV ESCAPE ASC DESC NULLS FOR'
  ).split(' '),
);
