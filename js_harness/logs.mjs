// Logging through the SDK's loggers, into a sink of ours that tells the lab.
//
// The SDK decides whether a line gets through (it holds lines back on replay), and adds what it knows; the sink only
// hears of it. A line that a statement did not ask for is the SDK's own and goes to stderr.

import { inspect } from "node:util";

export const METHODS = { debug: "debug", info: "info", warning: "warn", error: "error" };

let asked = null;

/** Log what a `log` describes. Where there is no SDK there is no logger: the lab is told at once. */
export function write(logger, line, scope, extra) {
  const { at, level = "info" } = line;
  if (!Object.hasOwn(METHODS, level)) {
    const known = Object.keys(METHODS).join(", ");
    scope.run.lab.stop("harness", `unknown level '${level}': this harness knows ${known}`, at);
  }
  const message = scope.evaluate(line.message, at, extra);
  const tell = () => {
    scope.run.lab.effect(at, scope.indexes, "log", "start", { detail: { level, message: message ?? null } });
  };
  if (logger === null) {
    tell();
    return;
  }
  asked = tell;
  try {
    logger[METHODS[level]](message);
  } finally {
    asked = null;
  }
}

/** What the SDK's loggers write into. */
export class Sink {
  /** Hear a line. */
  debug(...params) {
    hear("debug", params);
  }

  /** Hear a line. */
  info(...params) {
    hear("info", params);
  }

  /** Hear a line. */
  warn(...params) {
    hear("warn", params);
  }

  /** Hear a line. */
  error(...params) {
    hear("error", params);
  }
}

function hear(level, params) {
  if (asked !== null) {
    asked();
  } else {
    process.stderr.write(`${level}: ${params.map((param) => inspect(param)).join(" ")}\n`);
  }
}
