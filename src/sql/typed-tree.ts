import type { TypedExpr } from './typed.ts';

/** The expressions right below one, in the order in which they are computed. */
export function childrenOf(expr: TypedExpr): readonly TypedExpr[] {
  switch (expr.kind) {
    case 'field':
    case 'cast':
      return [expr.child];
    case 'call':
      return expr.args;
    case 'case': {
      const branches = expr.branches.flatMap((branch) => [branch.when, branch.then]);
      return expr.otherwise === null ? branches : [...branches, expr.otherwise];
    }
    case 'lambda':
      return [expr.body];
    default:
      return [];
  }
}

/** The same expression over changed children. */
export function mapChildren(expr: TypedExpr, change: (child: TypedExpr) => TypedExpr): TypedExpr {
  switch (expr.kind) {
    case 'field':
    case 'cast':
      return { ...expr, child: change(expr.child) };
    case 'call':
      return { ...expr, args: expr.args.map(change) };
    case 'case': {
      const branches = expr.branches.map((branch) => ({ when: change(branch.when), then: change(branch.then) }));
      return { ...expr, branches, otherwise: expr.otherwise && change(expr.otherwise) };
    }
    case 'lambda':
      return { ...expr, body: change(expr.body) };
    default:
      return expr;
  }
}
