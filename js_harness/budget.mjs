// How much an expression may compute: the lab says it with the program, docs/values.md says what costs what.

/** An expression that means nothing for the values that it met. */
export class ExpressionError extends Error {
  name = "ExpressionError";
}

/** An expression that computes more than it may. */
export class BudgetError extends ExpressionError {
  name = "BudgetError";
}

/** Steps, and bytes of text, that are left; `depth` is how deep a value may be nested. */
export class Budget {
  /** Begin with the limits `steps`, `bytes` and `depth`. */
  constructor(limits) {
    this.limits = limits;
    this.steps = limits.steps;
    this.bytes = limits.bytes;
  }

  /** Spend steps. */
  step(count = 1) {
    this.steps -= count;
    if (this.steps < 0) {
      throw new BudgetError("the steps that expressions may take are used up");
    }
  }

  /** Spend bytes of text. */
  byte(count) {
    this.bytes -= count;
    if (this.bytes < 0) {
      throw new BudgetError("the bytes of text that expressions may handle are used up");
    }
  }

  /** Go that deep into a value. */
  depth(depth) {
    if (depth > this.limits.depth) {
      throw new BudgetError("a value is nested deeper than values may be");
    }
  }
}

/** What is left for all expressions of an invocation, of which each may take so much. */
export class Total {
  #each;
  #steps;
  #bytes;

  /** Begin with all of it. */
  constructor(evaluation, invocation) {
    this.#each = evaluation;
    this.#steps = invocation.steps;
    this.#bytes = invocation.bytes;
  }

  /** What the next expression may take. */
  one() {
    const left = {
      steps: Math.min(this.#each.steps, this.#steps),
      bytes: Math.min(this.#each.bytes, this.#bytes),
    };
    return new Budget({ ...this.#each, ...left });
  }

  /** Take off what an expression has taken. */
  take(budget) {
    this.#steps -= budget.limits.steps - Math.max(budget.steps, 0);
    this.#bytes -= budget.limits.bytes - Math.max(budget.bytes, 0);
  }
}

/** The bytes of a text as UTF-8. */
export function size(text) {
  return Buffer.byteLength(text);
}

/** The value, if it is within the limits, counted anew: one that holds a list twice over and over is not. */
export function measured(value, limits) {
  const budget = new Budget(limits);
  const rest = [[value, 1]];
  while (rest.length > 0) {
    const [item, depth] = rest.pop();
    budget.step();
    if (typeof item === "string") {
      budget.byte(size(item));
    } else if (Array.isArray(item) || isPlain(item)) {
      budget.depth(depth);
      const keys = Array.isArray(item) ? [] : Object.keys(item);
      keys.forEach((key) => budget.byte(size(key)));
      const inner = Array.isArray(item) ? item : Object.values(item);
      if (inner.length + rest.length > budget.steps) {
        budget.step(inner.length + rest.length);
      }
      inner.forEach((each) => rest.push([each, depth + 1]));
    }
  }
  return value;
}

/** Whether a value is an object as JSON has them. */
export function isPlain(value) {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
