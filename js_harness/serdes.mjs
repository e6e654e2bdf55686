// Serialisers, by name. All bear a value or a text that is not there.

import * as errors from "./errors.mjs";

const OPERATION_PREFIX = "OPSERDE:";
const ISO_TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

const missing = (value) => value === undefined || value === null;

/** The serialiser that a `serdes` describes, as the SDK takes it. */
export function named(serdes, at, scope) {
  if (!Object.hasOwn(NAMED, serdes.name)) {
    const known = Object.keys(NAMED).join(", ");
    scope.run.lab.stop("harness", `unknown serialiser '${serdes.name}': this harness knows ${known}`, at);
  }
  const [write, read] = NAMED[serdes.name](serdes.argument ?? null, scope);
  return {
    serialize: async (value) => write(value),
    deserialize: async (data) => (missing(data) ? undefined : read(data)),
  };
}

/** JSON without blanks, and with every character as it is. */
export function compact(value) {
  return JSON.stringify(value);
}

/** The value with every string in it, save for keys, changed. */
export function strings(value, change) {
  if (typeof value === "string") {
    return change(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => strings(item, change));
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, strings(item, change)]));
  }
  return value;
}

/** A string as it is, anything else as JSON. */
export function plain(value) {
  return typeof value === "string" ? value : compact(value);
}

function seconds(text) {
  return ISO_TIMESTAMP.test(text) ? Date.parse(text) / 1000 : text;
}

function number(data) {
  const value = Number(data);
  if (Number.isNaN(value)) {
    throw new (errors.userClass("NoNumber"))(`no number: ${data}`);
  }
  return value;
}

function prefixed(prefix) {
  const read = (data) => {
    if (!data.startsWith(prefix)) {
      throw new (errors.userClass("NoPrefix"))(`no ${prefix} before ${data}`);
    }
    return data.slice(prefix.length);
  };
  return [(value) => (missing(value) ? value : prefix + plain(value)), read];
}

function operation() {
  const write = (value) =>
    typeof value?.getResults === "function"
      ? OPERATION_PREFIX + value.getResults().map(plain).join(",")
      : compact(value);
  const read = (data) => {
    if (!data.startsWith(OPERATION_PREFIX)) {
      return JSON.parse(data);
    }
    const results = data.slice(OPERATION_PREFIX.length).split(",");
    const all = results.map((result, index) => ({ index, status: "SUCCEEDED", result }));
    return { all, completionReason: "ALL_COMPLETED" }; // the SDK makes its own class of it
  };
  return [write, read];
}

function failWrite() {
  const write = () => {
    throw new (errors.userClass("FailWrite"))("the serialiser fails to write");
  };
  return [write, JSON.parse];
}

function failRead(argument, scope) {
  const read = (data) => {
    if (argument === null || argument.invocation === scope.run.invocation) {
      throw new (errors.userClass("FailRead"))("the serialiser fails to read");
    }
    return JSON.parse(data);
  };
  return [compact, read];
}

export const NAMED = {
  upper: () => [(value) => (missing(value) ? value : plain(value).toUpperCase()), (data) => data],
  "upper-json": () => [(value) => compact(strings(value, (text) => text.toUpperCase())), JSON.parse],
  "upper-read": () => [(value) => (missing(value) ? value : plain(value)), (data) => data.toUpperCase()],
  prefix: prefixed,
  wrap: () => [(value) => compact({ wrapped: value }), (data) => JSON.parse(data).wrapped],
  opserde: operation,
  json: () => [compact, JSON.parse],
  number: () => [compact, number],
  epoch: () => [compact, (data) => strings(JSON.parse(data), seconds)],
  "fail-write": failWrite,
  "fail-read": failRead,
  nothing: () => [() => undefined, () => undefined],
};
