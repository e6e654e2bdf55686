// What this harness and the installed SDK can do, by the protocol's names; the lab asks for nothing else.
//
// This SDK ignores an option that it doesn't know. What came with an option is therefore looked for in its exports.

import * as nonJson from "./non-json.mjs";
import * as retries from "./retries.mjs";
import { sdk } from "./sdk.mjs";
import * as serdes from "./serdes.mjs";

/** What this harness itself undertakes to run; the SDK may have less. */
export const PROFILE = "full";

/** What goes beyond the words that this harness knows, or hangs on the SDK: whether it is there. */
export const FEATURES = {
  "batch.complete-when": "completeBatch" in sdk,
  "batch.flat": "NestingType" in sdk,
  "batch.item-serdes": true,
  "batch.max-concurrency": true,
  "batch.min-successful": true,
  "batch.serdes": true,
  "batch.summary": true,
  "batch.tolerated-failure-count": true,
  "body.do": true,
  "body.logs": true,
  "callback.heartbeat-timeout": true,
  "callback.serdes": true,
  "callback.timeout": true,
  "child.serdes": true,
  "child.sub-type": true,
  "child.summary": true,
  "child.virtual": "NestingType" in sdk,
  "condition.attempt-number": "completeBatch" in sdk,
  "condition.backoff": true,
  "condition.delays": true,
  "condition.serdes": true,
  "invoke.payload-serdes": true,
  "invoke.result-serdes": true,
  "invoke.tenant": true,
  "log.replay": true,
  "map.item-names": true,
  "map.tolerated-failure-percentage": true,
  "parallel.branch-names": true,
  "parallel.tolerated-failure-percentage": true,
  "raise.again": true,
  "raise.cause": true,
  "raise.retryable": false,
  "retry.errors": true,
  "retry.linear": "createLinearRetryStrategy" in sdk,
  "retry.linear-preset": "createLinearRetryStrategy" in sdk,
  "retry.types": true,
  "serdes.retryable": false,
  "step.attempt-number": "completeBatch" in sdk,
  "step.semantics": true,
  "step.serdes": true,
  "wait_for_callback.retry": true,
  with_retry: "withRetry" in sdk,
  "with_retry.wrap": "withRetry" in sdk,
};

/** All that can be done; `statements` are the words that the interpreter runs. */
export function features(statements) {
  const known = new Set([
    ...statements,
    ...Object.keys(FEATURES),
    ...Object.keys(retries.KINDS).map((kind) => `retry.${kind}`),
    ...Object.keys(serdes.NAMED).map((name) => `serdes.${name}`),
    ...Object.keys(nonJson.KINDS).map((kind) => `non-json.${kind}`),
  ]);
  return [...known].filter((name) => FEATURES[name] ?? true).sort();
}
