// Statements that no operation of the SDK stands behind.

import { Returned, runBlock } from "./blocks.mjs";
import * as errors from "./errors.mjs";
import * as logs from "./logs.mjs";

function returnStatement(statement, _ctx, scope) {
  return new Returned(scope.evaluate(statement.value, statement.at));
}

function raiseStatement(statement, _ctx, scope) {
  if ("again" in statement) {
    throw errors.caught(statement.again, statement.at, scope);
  }
  throw errors.make(statement.error, statement.at, scope);
}

async function tryStatement(statement, ctx, scope) {
  try {
    return await runBlock(statement.do, ctx, scope);
  } catch (error) {
    scope.bind("e", errors.describe(error));
    scope.errors.set("e", error);
  }
  return runBlock(statement.catch, ctx, scope);
}

function ifStatement(statement, ctx, scope) {
  const holds = scope.holds(statement.condition, statement.at);
  return runBlock(holds ? statement.then : (statement.otherwise ?? []), ctx, scope);
}

function letStatement(statement, _ctx, scope) {
  for (const [name, template] of statement.values) {
    scope.bind(name, scope.evaluate(template, statement.at));
  }
}

function onRootStatement(statement, _ctx, scope) {
  return runBlock(statement.do, scope.run.context, scope);
}

function logStatement(statement, ctx, scope) {
  const logger = ctx === null ? null : ctx.logger;
  const unheld = logger !== null && statement.replay;
  if (unheld) {
    ctx.configureLogger({ modeAware: false });
  }
  logs.write(logger, statement, scope);
  if (unheld) {
    ctx.configureLogger({ modeAware: true });
  }
}

function noteStatement(statement, _ctx, scope) {
  const value = scope.evaluate(statement.value, statement.at);
  scope.run.lab.effect(statement.at, scope.indexes, "note", "start", { detail: value ?? null });
}

function throwIfErrorStatement(statement, _ctx, scope) {
  if (!scope.batches.has(statement.batch)) {
    scope.run.lab.stop("harness", `${statement.batch} is no batch result`, statement.at);
  }
  scope.batches.get(statement.batch).throwIfError();
}

export const RUNNERS = {
  return: returnStatement,
  raise: raiseStatement,
  try: tryStatement,
  on_root: onRootStatement,
  if: ifStatement,
  let: letStatement,
  log: logStatement,
  note: noteStatement,
  throw_if_error: throwIfErrorStatement,
};
