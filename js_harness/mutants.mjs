// Seeded faults of the SDK, to show that the suite finds them.
//
// Each is a patch of the SDK's own functions in this process, so that what is wrong is wrong from where the SDK decides
// it on. The package hides its classes, so they are found through the first context that it hands out. They are made
// for the SDK's current version.

/**
 * Break the SDK, in this process, as the named mutant does: a function that must be given every handler's context.
 *
 * @throws {Error} There is no such mutant.
 */
export function install(name) {
  if (!Object.hasOwn(KNOWN, name)) {
    throw new Error(`unknown mutant '${name}': known are ${Object.keys(KNOWN).sort().join(", ")}`);
  }
  let broken = false;
  return (ctx) => {
    if (!broken) {
      broken = true;
      KNOWN[name](Object.getPrototypeOf(ctx), Object.getPrototypeOf(ctx.checkpoint));
    }
  };
}

/** Put `wrapper(original, ...args)` in the place of a method of `owner`, with the same `this`. */
function around(owner, name, wrapper) {
  const original = owner[name];
  if (typeof original !== "function") {
    throw new Error(`this SDK has no ${name} to break`);
  }
  owner[name] = function replaced(...args) {
    return wrapper.call(this, original.bind(this), ...args);
  };
}

/** Let `change` stand between a virtual child's context and its function. */
function aroundVirtual(context, change) {
  around(context, "runInChildContext", function run(original, ...args) {
    const options = args.at(-1);
    if (options?.virtualContext !== true) {
      return original(...args);
    }
    const at = args.findIndex((arg) => typeof arg === "function");
    const body = args[at];
    const name = typeof args[0] === "string" ? args[0] : undefined;
    const changed = (child) => change(this, child, () => body(child), name, options);
    return original(...args.with(at, changed));
  });
}

/** A virtual child or FLAT branch that fails writes CONTEXT FAIL, without a START (issue 362). */
function phantomFail(context) {
  aroundVirtual(context, async (parent, child, body, name, options) => {
    try {
      return await body();
    } catch (error) {
      const id = child._stepPrefix;
      parent.checkpoint.checkpoint(id, {
        Id: id,
        ParentId: parent._parentId,
        Action: "FAIL",
        SubType: options.subType ?? "RunInChildContext",
        Type: "CONTEXT",
        Name: name,
        Error: { ErrorType: error.errorType ?? error.name, ErrorMessage: error.message },
      });
      throw error;
    }
  });
}

/** Operations inside a virtual child or FLAT branch name it as their parent (issue 363). */
function orphanParent(context) {
  aroundVirtual(context, (_parent, child, body) => {
    child._parentId = child._stepPrefix;
    return body();
  });
}

/** A child context never says that it started. */
function lostStart(_context, checkpoints) {
  around(checkpoints, "checkpoint", async (original, id, data) => {
    if (data.Type === "CONTEXT" && data.Action === "START" && data.SubType === "RunInChildContext") {
      return;
    }
    await original(id, data);
  });
}

/** A step's retry is asked for one second later than its strategy said. */
function retryDelay(_context, checkpoints) {
  around(checkpoints, "checkpoint", (original, id, data) => {
    if (data.Type !== "STEP" || data.Action !== "RETRY") {
      return original(id, data);
    }
    const seconds = data.StepOptions.NextAttemptDelaySeconds + 1;
    return original(id, { ...data, StepOptions: { NextAttemptDelaySeconds: seconds } });
  });
}

/** The mutants by name. */
export const KNOWN = {
  "phantom-fail": phantomFail,
  "orphan-parent": orphanParent,
  "lost-start": lostStart,
  "retry-delay": retryDelay,
};
