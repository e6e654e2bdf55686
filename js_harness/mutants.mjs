// Seeded faults of the SDK, to show that the suite finds them.

export const KNOWN = {};

/** Break the SDK, in this process, as the named mutant does. */
export function install(name) {
  throw new Error(`unknown mutant '${name}': known are ${Object.keys(KNOWN).sort().join(", ")}`);
}
