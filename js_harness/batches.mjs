// Maps and parallels: their configuration, and their results as a scenario sees them.

import * as errors from "./errors.mjs";
import { sdk } from "./sdk.mjs";
import * as serdes from "./serdes.mjs";
import * as support from "./support.mjs";

export const COMPLETION = {
  min_successful: "minSuccessful",
  tolerated_failure_count: "toleratedFailureCount",
  tolerated_failure_percentage: "toleratedFailurePercentage",
};

/** What a map's and a parallel's configuration have in common; only what was given is in it. */
export function options(statement, scope) {
  const { at } = statement;
  const given = {};
  if ("max_concurrency" in statement) {
    given.maxConcurrency = scope.evaluate(statement.max_concurrency, at);
  }
  if ("nesting" in statement) {
    const nesting = scope.evaluate(statement.nesting, at);
    if (support.FEATURES["batch.flat"]) {
      given.nesting = sdk.NestingType[nesting];
    }
  }
  if ("completion" in statement || "complete_when" in statement) {
    given.completionConfig = completionConfig(statement, scope);
  }
  if ("serdes" in statement) {
    given.serdes = serdes.named(statement.serdes, at, scope);
  }
  if ("item_serdes" in statement) {
    given.itemSerdes = serdes.named(statement.item_serdes, at, scope);
  }
  if ("summary" in statement) {
    given.summaryGenerator = (result) => scope.evaluate(statement.summary, at, { result: accessors(result) });
  }
  return given;
}

function completionConfig(statement, scope) {
  const { at } = statement;
  const completion = statement.completion ?? {};
  const given = {};
  for (const [key, option] of Object.entries(COMPLETION)) {
    if (key in completion) {
      given[option] = scope.evaluate(completion[key], at);
    }
  }
  if ("complete_when" in statement) {
    const when = statement.complete_when;
    const outcome = sdk.CompletionOutcome[when.outcome ?? "SUCCEEDED"];
    given.shouldComplete = (status) =>
      scope.holds(when.when, at, { status: progress(status) })
        ? sdk.completeBatch(outcome)
        : sdk.continueBatch();
  }
  return given;
}

function progress(status) {
  return {
    successCount: status.successCount,
    failureCount: status.failureCount,
    completedCount: status.completedCount,
    totalCount: status.totalCount,
    items: status.items.map((item) => ({
      index: item.index,
      name: item.name ?? null,
      status: item.status ?? null,
    })),
  };
}

/** Whether a value has a batch result's accessors: a serialiser may have made something else of it. */
export function isBatch(result) {
  return typeof result?.getResults === "function" && typeof result?.throwIfError === "function";
}

/** A batch result as its own accessors give it. */
export function accessors(result) {
  if (!isBatch(result)) {
    return result;
  }
  return {
    results: [...result.getResults()],
    errors: result.getErrors().map(errorOf),
    succeeded: result.succeeded().map((item) => ({ index: item.index, result: item.result ?? null })),
    failed: result.failed().map((item) => ({ index: item.index, error: errorOf(item.error) })),
    started: result.started().map((item) => ({ index: item.index })),
    all: result.all.map((item) => ({
      index: item.index,
      status: item.status,
      result: item.result ?? null,
      error: errorOf(item.error),
    })),
    status: result.status,
    completionReason: result.completionReason,
    hasFailure: result.hasFailure,
    successCount: result.successCount,
    failureCount: result.failureCount,
    startedCount: result.startedCount,
    totalCount: result.totalCount,
  };
}

function errorOf(error) {
  if (error === undefined || error === null) {
    return null;
  }
  return { type: errors.bareType(error), message: error.message };
}
