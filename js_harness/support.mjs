// What the installed SDK can do, found by looking at it: what it can't is reported and not ignored.
//
// This SDK ignores an option that it doesn't know. What came with an option is therefore looked for in its exports.

import { NAME, sdk, VERSION } from "./sdk.mjs";

/** An expression that asks for the attempt's number, in JSON text. */
export const ATTEMPT = /(?:\$\{[^}]*|"\$[a-z]+": ?"[^"]*)\battempt\b/;

export const FEATURES = {
  "virtual child contexts": "NestingType" in sdk,
  "FLAT nesting": "NestingType" in sdk,
  "named parallel branches": true,
  "item names": true,
  "custom completion": "completeBatch" in sdk,
  with_retry: "withRetry" in sdk,
  "linear retries": "createLinearRetryStrategy" in sdk,
  "sub types of children": true,
  "logs on replay": true,
};

/** End the run as unsupported unless the SDK has the feature. */
export function require(feature, scope, at) {
  if (!FEATURES[feature]) {
    scope.run.lab.stop("unsupported", `${NAME} ${VERSION} has no ${feature}`, at);
  }
}

/** The attempt's number as the SDK gives it to a body; where it gives none (null) no body may use it. */
export function attemptOf(context, body, scope, at) {
  const attempt = context.attempt ?? null;
  if (attempt === null && ATTEMPT.test(JSON.stringify(body))) {
    scope.run.lab.stop("unsupported", `${NAME} ${VERSION} has no attempt numbers in bodies`, at);
  }
  return attempt;
}
