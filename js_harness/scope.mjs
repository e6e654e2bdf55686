// What is in scope where a statement runs.

import { BudgetError, ExpressionError } from "./budget.mjs";
import * as expressions from "./expressions.mjs";

/** Characters of a value that are told. */
export const LONGEST = 4000;

/** One invocation: what was asked for, and the way to the lab. */
export class Run {
  constructor(lab, functionName, statements, invocation, budget) {
    this.lab = lab;
    this.function = functionName;
    this.statements = statements;
    this.invocation = invocation;
    this.budget = budget;
    this.context = null; // the execution's own; null in a plain function
  }

  /** Where the function's statements are in the scenario's document. */
  get place() {
    return this.function === "scenario" ? "handler" : `functions/${this.function}`;
  }
}

/**
 * Variables, and what stands behind some of them: caught errors, batch results, callbacks.
 *
 * `indexes` are the map or parallel branches and the with_retry attempts that lead here, outermost first.
 */
export class Scope {
  constructor(run, values, errors = new Map(), batches = new Map(), callbacks = new Map(), indexes = []) {
    this.run = run;
    this.values = values;
    this.errors = errors;
    this.batches = batches;
    this.callbacks = callbacks;
    this.indexes = indexes;
  }

  /** A scope of its own for a body: what is bound there is not seen here. */
  copy(...index) {
    return new Scope(
      this.run,
      { ...this.values },
      new Map(this.errors),
      new Map(this.batches),
      new Map(this.callbacks),
      [...this.indexes, ...index],
    );
  }

  /** Put a variable in scope, in the place of what had its name; nothing when it has no name. */
  bind(name, value) {
    if (name === undefined) {
      return;
    }
    for (const other of [this.errors, this.batches, this.callbacks]) {
      other.delete(name);
    }
    this.values = { ...this.values, [name]: value }; // as an assignment `__proto__` would be no name
  }

  /** Whether the condition that the tree is holds. */
  holds(tree, at, extra) {
    return this.evaluate(["!", ["!", tree]], at, extra);
  }

  /** The tree's value; one that fails ends the run, past SDK and user code. */
  evaluate(tree, at, extra) {
    const names = extra ? { ...this.values, ...extra } : this.values;
    const budget = this.run.budget.one();
    try {
      return expressions.evaluate(tree, names, budget);
    } catch (error) {
      if (error instanceof ExpressionError) {
        return this.#failed(tree, at, names, error);
      }
      const quoted = JSON.stringify(tree).slice(0, LONGEST);
      return this.run.lab.stop("harness", `evaluating ${quoted} broke: ${error}`, at);
    } finally {
      this.run.budget.take(budget);
    }
  }

  /** Report an expression that failed, with what it read: whose fault that is, the judge says. */
  #failed(tree, at, names, error) {
    const inScope = expressions.namesIn(tree).filter((name) => Object.hasOwn(names, name));
    const read = Object.fromEntries(inScope.map((name) => [name, told(names[name])]));
    const budget = error instanceof BudgetError;
    this.run.lab.stop("expression", error.message, at, { tree, indexes: this.indexes, budget, names: read });
  }
}

/** A value as JSON, or as the language writes it, cut to size. */
function told(value) {
  let text;
  try {
    text = JSON.stringify(value) ?? String(value);
  } catch {
    text = String(value);
  }
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}...`;
}
