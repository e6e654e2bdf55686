// Faults in what others have a part in: waits, callbacks, invokes.

import { around, onOptions, updates } from "./patching.mjs";

const callbackOption = (name) =>
  updates("CALLBACK", "START", (data) => ({
    ...data,
    CallbackOptions: { ...data.CallbackOptions, [name]: undefined },
  }));

/** A duration in minutes is as many seconds. */
function minutesAreSeconds(context) {
  onOptions(context, ["wait"], (duration) =>
    duration.minutes === undefined ? duration : { seconds: duration.minutes },
  );
}

/** A wait_for_callback's submitter is not tried again. */
function submitterNotRetried(context) {
  onOptions(context, ["waitForCallback"], (options) => ({
    ...options,
    retryStrategy: () => ({ shouldRetry: false }),
  }));
}

/** A callback that failed gives nothing. */
function callbackErrorSwallowed(context) {
  around(context, "createCallback", async (original, ...args) => {
    const [promise, id] = await original(...args);
    return [promise.catch(() => null), id];
  });
}

/** A program is told a callback's id that the service does not know. */
function wrongCallbackId(context) {
  around(context, "createCallback", async (original, ...args) => {
    const [promise, id] = await original(...args);
    return [promise, `${id}x`];
  });
}

/** An invoke whose target failed gives nothing. */
function invokeErrorSwallowed(context) {
  around(context, "invoke", (original, ...args) => original(...args).catch(() => null));
}

/** The faults by name. */
export const FAULTS = {
  "minutes-are-seconds": minutesAreSeconds,
  "submitter-not-retried": submitterNotRetried,
  "callback-error-swallowed": callbackErrorSwallowed,
  "wrong-callback-id": wrongCallbackId,
  "invoke-error-swallowed": invokeErrorSwallowed,
  // A callback's timeouts do not reach the service.
  "timeout-lost": callbackOption("TimeoutSeconds"),
  "heartbeat-lost": callbackOption("HeartbeatTimeoutSeconds"),
  // An invoke's tenant does not reach the service.
  "tenant-lost": updates("CHAINED_INVOKE", "START", (data) => ({
    ...data,
    ChainedInvokeOptions: { FunctionName: data.ChainedInvokeOptions.FunctionName },
  })),
  // An invoke's payload is made a text twice.
  "payload-twice": updates("CHAINED_INVOKE", "START", (data) => ({
    ...data,
    Payload: data.Payload && JSON.stringify(data.Payload),
  })),
  // A wait is a second longer than it was to be.
  "wait-longer": updates("WAIT", "START", (data) => ({
    ...data,
    WaitOptions: { WaitSeconds: data.WaitOptions.WaitSeconds + 1 },
  })),
};
