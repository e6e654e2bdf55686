// Faults in steps, conditions and retries.

import { around, onFunctions, onOptions, updates } from "./patching.mjs";

const later = (data) => ({
  ...data,
  StepOptions: { NextAttemptDelaySeconds: data.StepOptions.NextAttemptDelaySeconds + 1 },
});

/** A step's body is told that it is at its first attempt, every time. */
function attemptStuck(context) {
  onFunctions(context, "step", (body) => (step) => body(Object.create(step, { attempt: { value: 1 } })));
}

/** A retry strategy is asked as if one attempt fewer had been made. */
function oneMoreTry(context) {
  onOptions(context, ["step"], (options) => {
    const { retryStrategy } = options;
    const eager = (error, attempts) => retryStrategy(error, Math.max(attempts - 1, 1));
    return retryStrategy ? { ...options, retryStrategy: eager } : options;
  });
}

/** A step runs as if it might run more than once, whatever it asks for. */
function earlyBody(context) {
  onOptions(context, ["step"], (options) => ({ ...options, semantics: undefined }));
}

/** A step's result that is empty, zero or false is null. */
function falsyIsNull(context) {
  around(context, "step", (original, ...args) => original(...args).then((value) => value || null));
}

/** A step that failed gives nothing. */
function stepErrorSwallowed(context) {
  around(context, "step", (original, ...args) => original(...args).catch(() => null));
}

/** The faults by name. */
export const FAULTS = {
  "attempt-stuck": attemptStuck,
  "one-more-try": oneMoreTry,
  "early-body": earlyBody,
  "falsy-is-null": falsyIsNull,
  "step-error-swallowed": stepErrorSwallowed,
  // A step's retry is asked for one second later than its strategy said.
  "retry-delay": updates("STEP", "RETRY", later, "Step"),
  // A wait_for_condition polls again one second later than its strategy said.
  "condition-late": updates("STEP", "RETRY", later, "WaitForCondition"),
  // A wait_for_condition's retry carries 0 in the place of its state.
  "condition-forgets": updates("STEP", "RETRY", (data) => ({ ...data, Payload: "0" }), "WaitForCondition"),
  // A failed step's message is cut off at its first space.
  "message-cut": updates("STEP", "FAIL", (data) => ({
    ...data,
    Error: { ...data.Error, ErrorMessage: data.Error.ErrorMessage?.split(" ")[0] },
  })),
  // Every error of a step goes to the service as Error.
  "error-is-error": updates("STEP", "FAIL", (data) => ({
    ...data,
    Error: { ...data.Error, ErrorType: "Error" },
  })),
};
