// Statements that the SDK's step, wait, child context, map, parallel and withRetry stand behind.
//
// Configurations are made inside the statement: the SDK may refuse one, which a scenario can catch.

import * as batches from "./batches.mjs";
import { runBlock, runFunction } from "./blocks.mjs";
import * as bodies from "./bodies.mjs";
import { duration } from "./durations.mjs";
import * as retries from "./retries.mjs";
import { sdk } from "./sdk.mjs";
import * as serdes from "./serdes.mjs";
import * as support from "./support.mjs";

export const SEMANTICS = {
  "at-most-once": sdk.StepSemantics.AtMostOncePerRetry,
  "at-least-once": sdk.StepSemantics.AtLeastOncePerRetry,
};

/** The operation's name; undefined when it has none. */
export function nameOf(statement, scope) {
  return "name" in statement ? textOf(statement.name, statement.at, scope) : undefined;
}

/** A name, or undefined; the SDKs' overloads take anything else for something else. */
export function textOf(template, at, scope) {
  const name = scope.evaluate(template, at) ?? undefined;
  if (name !== undefined && typeof name !== "string") {
    scope.run.lab.stop("harness", `a name is text, not ${JSON.stringify(name)}`, at);
  }
  return name;
}

/** A configuration; undefined when nothing was given. */
export function configOf(options) {
  return Object.keys(options).length > 0 ? options : undefined;
}

async function step(statement, ctx, scope) {
  const { at } = statement;
  const options = {};
  const strategy = "retry" in statement ? retries.strategy(statement.retry, at, scope) : null;
  if (strategy !== null) {
    options.retryStrategy = strategy;
  }
  if ("semantics" in statement) {
    options.semantics = SEMANTICS[statement.semantics];
  }
  if ("serdes" in statement) {
    options.serdes = serdes.named(statement.serdes, at, scope);
  }
  const body = async (context) => {
    const attempt = context.attempt ?? null;
    const extra = attempt === null ? {} : { attempt };
    return bodies.run(new bodies.Call(at, "step", attempt, scope, ctx, context.logger, extra));
  };
  scope.bind(statement.bind, await ctx.step(nameOf(statement, scope), body, configOf(options)));
}

async function wait(statement, ctx, scope) {
  const length = duration(statement.duration, statement.at, scope);
  const name = nameOf(statement, scope);
  await (name === undefined ? ctx.wait(length) : ctx.wait(name, length));
}

async function child(statement, ctx, scope) {
  const { at } = statement;
  const options = virtualOption(statement, scope);
  if ("sub_type" in statement) {
    options.subType = statement.sub_type;
  }
  if ("serdes" in statement) {
    options.serdes = serdes.named(statement.serdes, at, scope);
  }
  if ("summary" in statement) {
    options.summaryGenerator = (result) => scope.evaluate(statement.summary, at, { result });
  }
  const body = async (context) => runFunction("child", at, statement.do, context, scope.copy());
  scope.bind(statement.bind, await ctx.runInChildContext(nameOf(statement, scope), body, configOf(options)));
}

/** The option that makes a child context virtual, where it was asked for. */
export function virtualOption(statement, scope) {
  if (!("virtual" in statement)) {
    return {};
  }
  const virtual = scope.evaluate(statement.virtual, statement.at);
  return support.FEATURES["child.virtual"] ? { virtualContext: virtual } : {};
}

async function map(statement, ctx, scope) {
  const { at } = statement;
  const outer = scope.copy();
  const options = batches.options(statement, outer);
  if ("item_name" in statement) {
    options.itemNamer = (item, index) => outer.evaluate(statement.item_name, at, { item, index });
  }
  const each = async (branch, item, index, items) => {
    const inner = outer.copy(index);
    inner.bind("item", item);
    inner.bind("index", index);
    inner.bind("items", items);
    return runFunction("branch", at, statement.do, branch, inner);
  };
  const items = scope.evaluate(statement.items, at);
  const name = nameOf(statement, scope);
  bindBatch(statement, scope, await ctx.map(name, items, each, configOf(options)));
}

async function parallel(statement, ctx, scope) {
  const { at } = statement;
  const outer = scope.copy();
  const options = batches.options(statement, outer);
  const branch = (given, index) => {
    const body = async (context) => {
      const inner = outer.copy(index);
      inner.bind("index", index);
      return runFunction("branch", at, given.do, context, inner);
    };
    return named(given, body, at, scope);
  };
  const branches = statement.branches.map(branch);
  const name = nameOf(statement, scope);
  bindBatch(statement, scope, await ctx.parallel(name, branches, configOf(options)));
}

function named(given, body, at, scope) {
  if (!("name" in given)) {
    return body;
  }
  return { name: textOf(given.name, at, scope), func: body };
}

/** Bind a batch result: as its accessors give it, and itself for `throw_if_error`. */
export function bindBatch(statement, scope, batch) {
  const name = statement.bind;
  scope.bind(name, batches.accessors(batch));
  if (name !== undefined && batches.isBatch(batch)) {
    scope.batches.set(name, batch);
  }
}

async function withRetry(statement, ctx, scope) {
  const { at } = statement;
  const outer = scope.copy();
  // Here the SDK has no default of its own: what its constructor gives unasked is the one that Python's has.
  const options = {
    retryStrategy: retries.strategy(statement.retry, at, scope) ?? sdk.createRetryStrategy(),
  };
  if ("wrap" in statement) {
    options.wrapWithRunInChildContext = scope.evaluate(statement.wrap, at);
  }
  const virtual = configOf(virtualOption(statement, scope));
  if (virtual !== undefined) {
    options.childContextConfig = virtual;
  }
  const body = async (context, attempt) => {
    const inner = outer.copy(attempt);
    inner.bind("attempt", attempt);
    return (await runBlock(statement.do, context, inner))?.value;
  };
  const name = nameOf(statement, scope);
  const retried = name === undefined ? [ctx, body, options] : [ctx, name, body, options];
  scope.bind(statement.bind, await sdk.withRetry(...retried));
}

export const RUNNERS = { step, wait, child, map, parallel, with_retry: withRetry };
