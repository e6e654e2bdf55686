// What a step, a check or a submitter does when the SDK runs it.

import { runBlock } from "./blocks.mjs";
import * as errors from "./errors.mjs";
import * as logs from "./logs.mjs";

/** What of a turn's `extra` the lab is told: what the SDK gave the body, and a rule holds against the wire. */
export const TOLD = ["callback_id"];

/**
 * One time that the SDK runs a statement's body; `extra` is in scope besides what `scope` holds.
 *
 * `context` is the SDK's that the statement stands in: a body that uses it uses it out of its place.
 */
export class Turn {
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
 * Run the body whose turn it is: the first one the first time, the last one from then on.
 *
 * The lab counts the times, over crashes, and holds a body back until what it waits for has happened.
 */
export async function run(bodies, turn) {
  const { at, scope } = turn;
  const { lab } = scope.run;
  const number = await lab.body(at, scope.indexes, turn.kind, turn.attempt);
  const body = bodies[Math.min(number, bodies.length) - 1];
  const told = Object.fromEntries(
    TOLD.filter((key) => key in turn.extra).map((key) => [key, turn.extra[key]]),
  );
  const ended = (outcome) =>
    lab.effect(at, scope.indexes, turn.kind, "end", {
      attempt: turn.attempt,
      run: number,
      detail: { outcome, ...told },
    });

  for (const line of body.logs ?? []) {
    logs.write(turn.logger, line, scope, turn.extra);
  }
  if ("crashes" in body) {
    await lab.crash(at, scope.indexes, body.crashes);
  }
  if ("raises" in body) {
    const error = errors.make(body.raises, at, scope, turn.extra);
    await ended("raised");
    throw error;
  }
  let value;
  try {
    value = "do" in body ? await statements(body.do, turn) : scope.evaluate(body.returns, at, turn.extra);
  } catch (error) {
    await ended("raised");
    throw error;
  }
  await ended("returned");
  return value;
}

/** Run statements on the context around the body; one that is suspended in them never ends. */
async function statements(given, turn) {
  const inner = turn.scope.copy();
  for (const [name, value] of Object.entries(turn.extra)) {
    inner.bind(name, value);
  }
  return (await runBlock(given, turn.context, inner))?.value;
}
