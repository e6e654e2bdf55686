// Durations, as the SDK takes them.

/** A duration in the unit it was written in, the amount as written: rounding and clamping are the SDK's. */
export function duration(given, at, scope) {
  return { [given.unit]: scope.evaluate(given.amount, at) };
}
