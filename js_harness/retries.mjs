// Retry strategies: the SDK's own constructors where it has one.

import { duration } from "./durations.mjs";
import * as errors from "./errors.mjs";
import { sdk } from "./sdk.mjs";

/** The strategy that a `retry` describes; null stands for the SDK's default, had by not asking. */
export function strategy(retry, at, scope) {
  if (!Object.hasOwn(KINDS, retry.kind)) {
    const known = Object.keys(KINDS).join(", ");
    scope.run.lab.stop("harness", `unknown retry '${retry.kind}': this harness knows ${known}`, at);
  }
  return KINDS[retry.kind](retry, at, scope);
}

function none() {
  return sdk.retryPresets.noRetry;
}

function defaultRetry() {
  return null;
}

function linearPreset() {
  return sdk.retryPresets.linear;
}

function exponential(retry, at, scope) {
  return sdk.createRetryStrategy(options(retry, at, scope));
}

function linear(retry, at, scope) {
  return sdk.createLinearRetryStrategy(options(retry, at, scope));
}

/** A jitter strategy by its name, in any case. */
export function jitter(name) {
  return sdk.JitterStrategy[name.toUpperCase()];
}

function options(retry, at, scope) {
  const given = {};
  if ("attempts" in retry) {
    given.maxAttempts = retry.attempts;
  }
  if ("initial" in retry) {
    given.initialDelay = duration(retry.initial, at, scope);
  }
  if ("max" in retry) {
    given.maxDelay = duration(retry.max, at, scope);
  }
  if ("increment" in retry) {
    given.increment = duration(retry.increment, at, scope);
  }
  if ("rate" in retry) {
    given.backoffRate = retry.rate;
  }
  if ("jitter" in retry) {
    given.jitter = jitter(retry.jitter);
  }
  if ("errors" in retry) {
    given.retryableErrors = [...retry.errors];
  }
  if ("types" in retry) {
    given.retryableErrorTypes = retry.types.map(errors.userClass);
  }
  return given;
}

function byDelays(retry, at, scope) {
  const delays = retry.delays ?? [];
  return (_error, attempt) =>
    attempt > delays.length
      ? { shouldRetry: false }
      : { shouldRetry: true, delay: duration(delays[attempt - 1], at, scope) };
}

function fixed(retry, at, scope) {
  return (_error, attempt) =>
    "attempts" in retry && attempt >= retry.attempts
      ? { shouldRetry: false }
      : { shouldRetry: true, delay: duration(retry.delay, at, scope) };
}

export const KINDS = {
  none,
  default: defaultRetry,
  "linear-preset": linearPreset,
  exponential,
  linear,
  delays: byDelays,
  fixed,
};
