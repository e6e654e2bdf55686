// What a step, a check or a submitter does when the SDK runs it.

import { runBlock, sizeOf } from "./blocks.mjs";
import * as errors from "./errors.mjs";
import * as logs from "./logs.mjs";

/** What of a call's `extra` the lab is told: what the SDK gave the body, and a rule holds against the wire. */
export const TOLD = ["callback_id"];

/**
 * One time that the SDK runs a statement's body; `extra` is in scope besides what `scope` holds.
 *
 * `context` is the SDK's that the statement stands in: a body that uses it uses it out of its place.
 */
export class Call {
  constructor(at, kind, attempt, scope, context, logger, extra) {
    this.at = at;
    this.kind = kind;
    this.attempt = attempt;
    this.scope = scope;
    this.context = context;
    this.logger = logger;
    this.extra = extra;
  }
}

/**
 * Do what the lab says that the body does this time.
 *
 * The lab counts the times, over crashes, holds a body back until what it waits for has happened, and kills the process
 * of one that crashes while that waits to tell of its end.
 */
export async function run(call) {
  const { at, scope } = call;
  const { lab } = scope.run;
  const body = await lab.turn(at, scope.indexes, call.kind, call.attempt);
  const told = Object.fromEntries(
    TOLD.filter((key) => key in call.extra).map((key) => [key, call.extra[key]]),
  );
  const ended = (outcome, more = {}) =>
    lab.end(at, scope.indexes, call.kind, call.attempt, { outcome, ...more, ...told });

  for (const line of body.logs ?? []) {
    logs.write(call.logger, line, scope, call.extra);
  }
  if ("raises" in body) {
    const error = errors.make(body.raises, at, scope, call.extra);
    await ended("raised");
    throw error;
  }
  let value;
  try {
    value = "do" in body ? await statements(body.do, call) : scope.evaluate(body.returns, at, call.extra);
  } catch (error) {
    await ended("raised");
    throw error;
  }
  await ended("returned", sizeOf(value) === null ? { size: null } : {});
  return value;
}

/** Run statements on the context around the body; one that is suspended in them never ends. */
async function statements(given, call) {
  const inner = call.scope.copy();
  for (const [name, value] of Object.entries(call.extra)) {
    inner.bind(name, value);
  }
  return (await runBlock(given, call.context, inner))?.value;
}
