// The statement that the SDK's waitForCondition stands behind.

import * as bodies from "./bodies.mjs";
import { duration } from "./durations.mjs";
import { nameOf } from "./operations.mjs";
import * as retries from "./retries.mjs";
import { sdk } from "./sdk.mjs";
import * as serdes from "./serdes.mjs";

async function waitForCondition(statement, ctx, scope) {
  const { at } = statement;
  const options = { waitStrategy: strategy(statement, scope) };
  if ("initial" in statement) {
    options.initialState = scope.evaluate(statement.initial, at);
  }
  if ("serdes" in statement) {
    options.serdes = serdes.named(statement.serdes, at, scope);
  }
  const check = async (state, context) => {
    const attempt = context.attempt ?? null;
    const extra = attempt === null ? { state } : { state, attempt };
    return bodies.run(new bodies.Call(at, "check", attempt, scope, ctx, context.logger, extra));
  };
  scope.bind(statement.bind, await ctx.waitForCondition(nameOf(statement, scope), check, options));
}

function strategy(statement, scope) {
  const { at } = statement;
  const delays = statement.delays ?? [];
  const holds = (state, extra) => scope.holds(statement.until, at, { state, ...extra });
  if (delays.length === 0) {
    return sdk.createWaitStrategy({
      shouldContinuePolling: (state) => !holds(state, {}),
      ...backoffOptions(statement.backoff ?? {}, at, scope),
    });
  }
  return (state, attempt) => {
    if (holds(state, { attempt })) {
      return { shouldContinue: false };
    }
    const delay = delays[Math.min(attempt, delays.length) - 1];
    return { shouldContinue: true, delay: duration(delay, at, scope) };
  };
}

function backoffOptions(backoff, at, scope) {
  const options = {};
  if ("attempts" in backoff) {
    options.maxAttempts = backoff.attempts;
  }
  if ("initial" in backoff) {
    options.initialDelay = duration(backoff.initial, at, scope);
  }
  if ("max" in backoff) {
    options.maxDelay = duration(backoff.max, at, scope);
  }
  if ("rate" in backoff) {
    options.backoffRate = backoff.rate;
  }
  if ("jitter" in backoff) {
    options.jitter = retries.jitter(backoff.jitter);
  }
  return options;
}

export const RUNNERS = { wait_for_condition: waitForCondition };
