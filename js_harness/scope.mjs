// What is in scope where a statement runs.

import * as expressions from "./expressions.mjs";

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
    this.values[name] = value;
  }

  /** Whether the condition that the tree is holds. */
  holds(tree, at, extra) {
    return this.evaluate(["!", ["!", tree]], at, extra);
  }

  /** The tree's value; one that fails ends the run, past SDK and user code. */
  evaluate(tree, at, extra) {
    const budget = this.run.budget.one();
    try {
      return expressions.evaluate(tree, extra ? { ...this.values, ...extra } : this.values, budget);
    } catch (error) {
      this.run.lab.stop("harness", `the expression ${JSON.stringify(tree)} failed: ${error}`, at);
    } finally {
      this.run.budget.take(budget);
    }
  }
}
