// Durations, as the SDK takes them.

/** A duration in the unit and amount as written: rounding and clamping are the SDK's. */
export function duration(given, at, scope) {
  return { [given.unit]: scope.evaluate(given.amount, at) };
}
