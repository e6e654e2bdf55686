// Runs statements in their order.

/** A `return` was reached: the innermost function ends with its value. */
export class Returned {
  constructor(value) {
    this.value = value;
  }
}

/** What runs a statement, by its word; the interpreter fills it in. */
export const RUNNERS = {};

/** Run statements until one returns; `ctx` is the SDK's context, null in a plain function. */
export async function runBlock(statements, ctx, scope) {
  for (const statement of statements) {
    if (!Object.hasOwn(RUNNERS, statement.op)) {
      const known = Object.keys(RUNNERS).sort().join(", ");
      scope.run.lab.stop(
        "harness",
        `unknown statement '${statement.op}': this harness knows ${known}`,
        statement.at,
      );
    }
    const returned = await RUNNERS[statement.op](statement, ctx, scope);
    if (returned instanceof Returned) {
      return returned;
    }
  }
  return null;
}

/**
 * Run a handler's, a child's or a branch's statements and tell the lab of its start and its end.
 *
 * One that is suspended has not ended. Without a `return` the value is what a function without one gives.
 */
export async function runFunction(kind, at, statements, ctx, scope) {
  const { lab } = scope.run;
  lab.effect(at, scope.indexes, kind, "start");
  let returned;
  try {
    returned = await runBlock(statements, ctx, scope);
  } catch (error) {
    lab.effect(at, scope.indexes, kind, "end", { detail: { outcome: "raised" } });
    throw error;
  }
  const size = returned ? { size: sizeOf(returned.value) } : {};
  lab.effect(at, scope.indexes, kind, "end", { detail: { outcome: "returned", ...size } });
  return returned?.value;
}

/** The bytes that a value takes as JSON without spaces; null where JSON can't say it. */
export function sizeOf(value) {
  try {
    return Buffer.byteLength(JSON.stringify(value));
  } catch {
    return null;
  }
}
