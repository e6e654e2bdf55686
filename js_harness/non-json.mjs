// Values that JSON can't say, for scenarios on what an SDK does with them.

/** What makes each, by its name in a scenario. */
export const KINDS = {
  nan: () => NaN,
  unserialisable: () => 1n, // JSON.stringify refuses it
  date: () => new Date(Date.UTC(2020, 0, 2, 3, 4, 5)),
  bytes: () => Uint8Array.of(0, 1, 254, 255),
};

/** Make one. */
export function value(kind) {
  return KINDS[kind]();
}
