// Users' errors, and errors as a scenario sees them.

const classes = new Map();

/** The class of users' errors with this name: one a name, in a process. */
export function userClass(name) {
  if (!classes.has(name)) {
    const made = class extends Error {
      name = name;
    };
    Object.defineProperty(made, "name", { value: name });
    classes.set(name, made);
  }
  return classes.get(name);
}

/** The error that a `raises` describes. */
export function make(raises, at, scope, extra) {
  const said = scope.evaluate(raises.message, at, extra);
  const error = new (userClass(raises.type))(typeof said === "string" ? said : JSON.stringify(said));
  if ("cause" in raises) {
    error.cause = caught(raises.cause, at, scope);
  }
  return error;
}

/** The caught error that a name stands for. */
export function caught(name, at, scope) {
  if (!scope.errors.has(name)) {
    scope.run.lab.stop("harness", `${name} is no error that was caught here`, at);
  }
  return scope.errors.get(name);
}

/** What `catch` binds: a caught error by its bare type, its wrapper's class, message, cause and data. */
export function describe(error) {
  if (error === undefined || error === null) {
    return null;
  }
  return {
    message: message(error),
    type: bareType(error),
    wrapper: error.name,
    cause: describe(error.cause),
    data: error.errorData ?? null,
  };
}

/** The error's message, where the SDK keeps it. */
export function message(error) {
  return error.message;
}

/** The user's type, without its module; found through the SDK's errors that wrap it. */
export function bareType(error) {
  if (error.errorType !== undefined && error.cause instanceof Error) {
    return bareType(error.cause);
  }
  return bareName(error.errorType ?? error.name);
}

/** A type's name without its module. */
export function bareName(name) {
  return name.slice(name.lastIndexOf(".") + 1);
}
