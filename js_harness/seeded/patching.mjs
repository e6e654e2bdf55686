// How a seeded fault takes the place of the SDK's own code.
//
// The package hides its classes, so a fault is given the prototypes of the first context that it hands out and of that
// context's checkpoints.

/** Put `wrapper(original, ...args)` in the place of a method of `owner`, with the same `this`. */
export function around(owner, name, wrapper) {
  const original = owner[name];
  if (typeof original !== "function") {
    throw new Error(`this SDK has no ${name} to break`);
  }
  owner[name] = function replaced(...args) {
    return wrapper.call(this, original.bind(this), ...args);
  };
}

/** Let `change` stand between what the SDK checkpoints and the service: an update, or null to drop it. */
export function onUpdates(checkpoints, change) {
  around(checkpoints, "checkpoint", async (original, id, data) => {
    const changed = change(data);
    if (changed !== null) {
      await original(id, changed);
    }
  });
}

/** A fault that changes the updates of a type and an action. */
export function updates(type, action, change, subType = null) {
  return (_context, checkpoints) =>
    onUpdates(checkpoints, (data) =>
      data.Type === type && data.Action === action && (subType === null || data.SubType === subType)
        ? change(data)
        : data,
    );
}

/** Let `change` stand before the options, the last argument, of methods that take some, given or not. */
export function onOptions(owner, names, change) {
  for (const name of names) {
    around(owner, name, (original, ...args) => {
      const last = args.at(-1);
      const given =
        last !== null && typeof last === "object" && Object.getPrototypeOf(last) === Object.prototype;
      return given ? original(...args.slice(0, -1), change(last)) : original(...args);
    });
  }
}

/** Let `change` stand before the functions among the arguments of a method. */
export function onFunctions(owner, name, change) {
  around(owner, name, (original, ...args) =>
    original(...args.map((arg) => (typeof arg === "function" ? change(arg) : arg))),
  );
}

/** Let `change` stand between a child's context and its function, of those that are virtual or of those that are not. */
export function aroundChildren(context, virtual, change) {
  around(context, "runInChildContext", function run(original, ...args) {
    const options = args.at(-1);
    if ((options?.virtualContext === true) !== virtual) {
      return original(...args);
    }
    const at = args.findIndex((arg) => typeof arg === "function");
    const body = args[at];
    const name = typeof args[0] === "string" ? args[0] : undefined;
    const changed = (child) => change(this, child, () => body(child), name, options);
    return original(...args.with(at, changed));
  });
}
