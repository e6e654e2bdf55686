// Values that JSON can't say, for scenarios on what an SDK does with them: `{odd: nan}`.

export const KINDS = ["nan", "unserialisable", "date", "bytes"];

/** Whether the template stands for such a value. */
export function isOdd(template) {
  return (
    typeof template === "object" &&
    template !== null &&
    Object.keys(template).length === 1 &&
    KINDS.includes(template.odd)
  );
}

/** The value that the template stands for. */
export function value(template) {
  switch (template.odd) {
    case "nan":
      return NaN;
    case "date":
      return new Date(Date.UTC(2020, 0, 2, 3, 4, 5));
    case "bytes":
      return Uint8Array.of(0, 1, 254, 255);
    default:
      return 1n; // JSON.stringify refuses it
  }
}
