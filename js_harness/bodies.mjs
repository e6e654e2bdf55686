// What a step, a check or a submitter does when the SDK runs it.

import * as errors from "./errors.mjs";
import * as logs from "./logs.mjs";

/**
 * Run the body whose turn it is: the first one the first time, the last one from then on.
 *
 * The lab counts the times, over crashes, and holds a body back until what it waits for has happened. `extra` is in
 * scope besides what `scope` holds.
 */
export async function run(bodies, at, kind, attempt, scope, logger, extra) {
  const { lab } = scope.run;
  const number = await lab.body(at, scope.indexes, kind, attempt);
  const body = bodies[Math.min(number, bodies.length) - 1];
  const ended = (outcome) =>
    lab.effect(at, scope.indexes, kind, "end", { attempt, run: number, detail: { outcome } });

  for (const line of body.logs ?? []) {
    logs.write(logger, line, scope, extra);
  }
  if ("crashes" in body) {
    await lab.crash(at, scope.indexes, body.crashes);
  }
  if ("raises" in body) {
    const error = errors.make(body.raises, at, scope, extra);
    await ended("raised");
    throw error;
  }
  const value = scope.evaluate(body.returns, at, extra);
  await ended("returned");
  return value;
}
