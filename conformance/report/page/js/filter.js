// The words of the filter: `is:new rule:virtual-parent -verdict:parity text`.

const IS = {
  unexpected: (row) => row.bad,
  bad: (row) => row.bad,
  new: (row) => row.beside === "new" || row.beside === "changed",
  changed: (row) => row.beside === "changed",
  fixed: (row) => row.beside === "fixed",
  known: (row) => row.entries.length > 0,
  good: (row) => !row.bad,
};
const WORDS = {
  is: (row, value) => (IS[value] ? IS[value](row) : false),
  verdict: (row, value) => row.verdicts.includes(value),
  rule: (row, value) => row.rules.some((rule) => rule.includes(value)),
  covers: (row, value) => row.covers.some((id) => id.includes(value)),
  cause: (row, value) => row.causes.includes(value),
  entry: (row, value) => row.entries.some((id) => id.includes(value)),
  folder: (row, value) => row.folder === value,
  aws: (row, value) => row.aws === value,
};

export function matcher(words) {
  const tests = words
    .toLowerCase()
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => {
      const not = word.length > 1 && word.startsWith("-");
      const bare = not ? word.slice(1) : word;
      const colon = bare.indexOf(":");
      const test = colon > 0 ? WORDS[bare.slice(0, colon)] : undefined;
      const value = test ? bare.slice(colon + 1) : bare;
      const holds = test
        ? (row) => test(row, value)
        : (row) => row.id.toLowerCase().includes(value) || row.title.toLowerCase().includes(value);
      return (row) => holds(row) !== not;
    });
  return (row) => tests.every((test) => test(row));
}
