// The statement that the SDK's chained invoke stands behind.

import { configOf, nameOf } from "./operations.mjs";
import * as serdes from "./serdes.mjs";

async function invoke(statement, ctx, scope) {
  const { at } = statement;
  const target = scope.evaluate(statement.function, at);
  const payload = "payload" in statement ? scope.evaluate(statement.payload, at) : undefined;
  const options = {};
  if ("payload_serdes" in statement) {
    options.payloadSerdes = serdes.named(statement.payload_serdes, at, scope);
  }
  if ("result_serdes" in statement) {
    options.resultSerdes = serdes.named(statement.result_serdes, at, scope);
  }
  if ("tenant" in statement) {
    options.tenantId = scope.evaluate(statement.tenant, at);
  }
  // A name is always passed, undefined or not: without one a payload that is a string is taken for the function.
  const name = nameOf(statement, scope);
  scope.bind(statement.bind, await ctx.invoke(name, target, payload, configOf(options)));
}

export const RUNNERS = { invoke };
