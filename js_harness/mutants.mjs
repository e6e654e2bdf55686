// Seeded faults of the SDK, to show that the suite finds them.
//
// Each is a patch of the SDK's own functions in this process, so that what is wrong is wrong from where the SDK decides
// it on. They are made for the SDK's current version.

import { FAULTS as batches } from "./seeded/batches.mjs";
import { FAULTS as contexts } from "./seeded/contexts.mjs";
import { FAULTS as outside } from "./seeded/outside.mjs";
import { FAULTS as steps } from "./seeded/steps.mjs";

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

/** The mutants by name. */
export const KNOWN = { ...contexts, ...steps, ...batches, ...outside };
