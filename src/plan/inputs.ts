import type { TypedExpr } from '../sql/typed.ts';

type InputExpr = Extract<TypedExpr, { kind: 'input' }>;

/** `expr` with every reference to an input column replaced. */
export function mapInputs(expr: TypedExpr, change: (input: InputExpr) => TypedExpr): TypedExpr {
  switch (expr.kind) {
    case 'input':
      return change(expr);
    case 'field':
    case 'cast':
      return { ...expr, child: mapInputs(expr.child, change) };
    case 'call':
      return { ...expr, args: expr.args.map((arg) => mapInputs(arg, change)) };
    case 'case':
      return {
        ...expr,
        branches: expr.branches.map((b) => ({ when: mapInputs(b.when, change), then: mapInputs(b.then, change) })),
        otherwise: expr.otherwise === null ? null : mapInputs(expr.otherwise, change),
      };
    case 'lambda':
      return { ...expr, body: mapInputs(expr.body, change) };
    case 'literal':
    case 'param':
      return expr;
  }
}

/** Positions of the input columns that `expr` reads. */
export function inputsUsed(expr: TypedExpr): Set<number> {
  const used = new Set<number>();
  mapInputs(expr, (input) => {
    used.add(input.index);
    return input;
  });
  return used;
}
