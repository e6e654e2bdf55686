// Statements that the SDK's callbacks stand behind.

import * as bodies from "./bodies.mjs";
import { duration } from "./durations.mjs";
import { configOf, nameOf } from "./operations.mjs";
import * as retries from "./retries.mjs";
import * as serdes from "./serdes.mjs";

async function callback(statement, ctx, scope) {
  // The promise must not be returned from here as it is: awaiting it is waiting for the callback.
  const [promise, callbackId] = await ctx.createCallback(
    nameOf(statement, scope),
    configOf(optionsOf(statement, scope)),
  );
  scope.run.lab.effect(statement.at, scope.indexes, "callback", "start", {
    detail: { callback_id: callbackId },
  });
  scope.bind(statement.bind, callbackId);
  if (statement.bind !== undefined) {
    scope.callbacks.set(statement.bind, { promise });
  }
}

function optionsOf(statement, scope) {
  const { at } = statement;
  const options = {};
  if ("timeout" in statement) {
    options.timeout = duration(statement.timeout, at, scope);
  }
  if ("heartbeat_timeout" in statement) {
    options.heartbeatTimeout = duration(statement.heartbeat_timeout, at, scope);
  }
  if ("serdes" in statement) {
    options.serdes = serdes.named(statement.serdes, at, scope);
  }
  return options;
}

async function awaitStatement(statement, _ctx, scope) {
  if (!scope.callbacks.has(statement.callback)) {
    scope.run.lab.stop("harness", `${statement.callback} is no callback that was created`, statement.at);
  }
  scope.bind(statement.bind, await scope.callbacks.get(statement.callback).promise);
}

async function waitForCallback(statement, ctx, scope) {
  const { at } = statement;
  const options = optionsOf(statement, scope);
  const strategy = "retry" in statement ? retries.strategy(statement.retry, at, scope) : null;
  if (strategy !== null) {
    options.retryStrategy = strategy;
  }
  const submit = async (callbackId, context) => {
    const extra = { callback_id: callbackId };
    return bodies.run(new bodies.Call(at, "submitter", null, scope, ctx, context.logger, extra));
  };
  const name = nameOf(statement, scope);
  scope.bind(statement.bind, await ctx.waitForCallback(name, submit, configOf(options)));
}

export const RUNNERS = { callback, await: awaitStatement, wait_for_callback: waitForCallback };
