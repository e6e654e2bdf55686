// What the page is about: the document that `render.py` put into it.

export const data = JSON.parse(document.getElementById("data").textContent);
export const good = new Set(data.good);

// What stands where in a row of the index, as `render.py` writes it.
export const rows = data.rows.map(
  ([id, title, covers, aws, verdicts, rules, entries, causes, chunk, line, beside]) => ({
    id,
    title,
    covers,
    aws,
    verdicts,
    rules,
    entries,
    causes: causes.map((number) => data.causes[number][0]),
    chunk,
    line,
    beside,
    folder: id.includes("/") ? id.slice(0, id.lastIndexOf("/")) : ".",
    bad: verdicts.some((verdict) => verdict && !good.has(verdict)),
  }),
);

export const byId = new Map(rows.map((row) => [row.id, row]));
export const anyBad = rows.some((row) => row.bad);
