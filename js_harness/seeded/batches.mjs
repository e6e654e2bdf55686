// Faults in maps and parallels.

import { around, onOptions, updates } from "./patching.mjs";

const BATCHES = ["map", "parallel"];

const completion = (change) => (context) =>
  onOptions(context, BATCHES, (options) =>
    options.completionConfig
      ? { ...options, completionConfig: { ...options.completionConfig, ...change(options.completionConfig) } }
      : options,
  );

const option = (changed) => (context) =>
  onOptions(context, BATCHES, (options) => ({ ...options, ...changed }));

const result = (change) => (context) => {
  for (const name of BATCHES) {
    around(context, name, (original, ...args) =>
      original(...args).then((batch) => {
        change(batch);
        return batch;
      }),
    );
  }
};

/** The names of branches and iterations are their default ones, whatever they were called. */
function branchNamesLost(context) {
  onOptions(context, ["map"], (options) => ({ ...options, itemNamer: undefined }));
  around(context, "parallel", (original, ...args) =>
    original(...args.map((arg) => (Array.isArray(arg) ? arg.map((branch) => branch.func ?? branch) : arg))),
  );
}

/** The faults by name. */
export const FAULTS = {
  "branch-names-lost": branchNamesLost,
  // A map or parallel runs as many branches at once as it has.
  "no-limit": option({ maxConcurrency: undefined }),
  // FLAT branches are written as NESTED ones, NESTED ones are virtual.
  "flat-is-nested": option({ nesting: "NESTED" }),
  "nested-is-flat": option({ nesting: "FLAT" }),
  // A batch waits for one success more than it was told are enough.
  "one-more-success": completion(({ minSuccessful }) =>
    minSuccessful ? { minSuccessful: minSuccessful + 1 } : {},
  ),
  // A batch tolerates one failure fewer than it was told.
  "one-failure-fewer": completion(({ toleratedFailureCount }) =>
    toleratedFailureCount ? { toleratedFailureCount: toleratedFailureCount - 1 } : {},
  ),
  // A batch takes the percentage of failures that it tolerates for their number.
  "percentage-is-a-count": completion(({ toleratedFailurePercentage }) =>
    toleratedFailurePercentage === undefined
      ? {}
      : { toleratedFailureCount: toleratedFailurePercentage, toleratedFailurePercentage: undefined },
  ),
  // A batch gives its items in the other order.
  "reversed-results": result((batch) => batch.all.reverse()),
  // throwIfError never throws.
  "error-not-thrown": result((batch) => {
    batch.throwIfError = () => {};
  }),
  // Iterations of a map say that they are branches of a parallel.
  "wrong-sub-type": (...owners) => {
    for (const action of ["START", "SUCCEED", "FAIL"]) {
      const change = (data) => ({ ...data, SubType: "ParallelBranch" });
      updates("CONTEXT", action, change, "MapIteration")(...owners);
    }
  },
};
