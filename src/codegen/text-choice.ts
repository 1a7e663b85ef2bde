import type { TypedExpr } from '../sql/typed.ts';
import type { Block, ExprEmitter } from './block.ts';

type Branch = { readonly when: TypedExpr; readonly then: TypedExpr };
/** Adds code that writes a string, or nothing where it is null; gives the code for whether it is. */
type Write = (expr: TypedExpr, block: Block) => string;

/** CASE over strings that are written out where they are chosen: a labelled block that the first true branch leaves. */
export function writeCase(
  emitter: ExprEmitter,
  branches: readonly Branch[],
  otherwise: TypedExpr | null,
  block: Block,
  write: Write,
): string {
  const { isNull, label } = begin(emitter, block);
  const body = block.child();
  for (const branch of branches) {
    const when = emitter.emitSimple(branch.when, body);
    if (when.isNull === 'true') continue;
    const chosen = body.child();
    chosen.add(`${isNull} = ${write(branch.then, chosen)};`, `break ${label};`);
    body.addNested(`if (${when.isNull === 'false' ? '' : `!${when.isNull} && `}${when.value})`, chosen);
  }
  if (otherwise !== null) body.add(`${isNull} = ${write(otherwise, body)};`);
  block.addNested(`${label}:`, body);
  return isNull;
}

/** The first string that is not null. */
export function writeFirst(emitter: ExprEmitter, exprs: readonly TypedExpr[], block: Block, write: Write): string {
  const { isNull, label } = begin(emitter, block);
  const body = block.child();
  for (const expr of exprs) {
    const missing = write(expr, body);
    if (missing === 'true') continue;
    if (missing === 'false') {
      body.add(`${isNull} = false;`);
      break;
    }
    const found = body.child();
    found.add(`${isNull} = false;`, `break ${label};`);
    body.addNested(`if (!${missing})`, found);
  }
  block.addNested(`${label}:`, body);
  return isNull;
}

function begin(emitter: ExprEmitter, block: Block): { readonly isNull: string; readonly label: string } {
  const isNull = emitter.fresh('n');
  block.add(`let ${isNull} = true;`);
  return { isNull, label: emitter.fresh('choice') };
}
