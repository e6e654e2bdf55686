// The index: scenarios by folder, those shown that the filter lets through.
import { data, rows } from "./data.js";
import { link, make, plural, span, symbol, verdictOf } from "./dom.js";
import { matcher } from "./filter.js";

export const filter = document.getElementById("filter");
export const folders = [];

function counts(members, subject) {
  const found = new Map();
  for (const row of members) {
    found.set(row.verdicts[subject], (found.get(row.verdicts[subject]) ?? 0) + 1);
  }
  const cell = make("td");
  for (const [verdict, count] of [...found].sort()) {
    const told = verdict
      ? span(`v-${verdict}`, symbol(data.symbols[verdict]), `${count} `, span("hidden", verdict))
      : "";
    cell.append(told, " ");
  }
  return cell;
}

function tableRow(row) {
  const rules = row.rules.length ? span("quiet", ` ${row.rules.slice(0, 2).join(", ")}`) : null;
  const head = make("th", { scope: "row" }, make("a", { href: link(row.id) }, row.id), rules);
  row.element = make("tr", {}, head, ...row.verdicts.map((one) => make("td", {}, verdictOf(one))));
  return row.element;
}

function tableFolder(name, members) {
  const button = make("button", { type: "button", ariaExpanded: "false" });
  const head = make("th", { scope: "rowgroup" }, button);
  const top = make("tr", {}, head, ...data.subjects.map((_, subject) => counts(members, subject)));
  const folder = { name, members, button, open: false };
  folder.body = make("tbody", { className: "folder" }, top, ...members.map(tableRow));
  button.addEventListener("click", () => {
    folder.open = !folder.open;
    apply();
  });
  return folder;
}

export function build() {
  const table = document.getElementById("rows");
  const named = new Map();
  for (const row of rows) {
    named.set(row.folder, [...(named.get(row.folder) ?? []), row]);
  }
  for (const [name, members] of named) {
    const folder = tableFolder(name, members);
    folders.push(folder);
    table.append(folder.body);
  }
}

export let shown = rows;

export function apply() {
  const words = filter.value.trim();
  const holds = matcher(words);
  shown = [];
  for (const folder of folders) {
    const open = words !== "" || folder.open;
    let found = 0;
    for (const row of folder.members) {
      const holding = holds(row);
      found += holding;
      row.element.hidden = !(open && holding);
      if (holding) {
        shown.push(row);
      }
    }
    folder.body.hidden = found === 0;
    folder.button.ariaExpanded = String(open);
    folder.button.textContent = `${open ? "▾" : "▸"} ${folder.name} (${found})`;
  }
  document.getElementById("count").textContent = `${shown.length} of ${plural(rows.length, "scenario")}`;
  const none = document.getElementById("none");
  none.hidden = shown.length > 0;
  none.textContent = ["is:unexpected", "is:new"].includes(words)
    ? `✓ Nothing is ${words.slice(3)}.`
    : "No scenario matches.";
  for (const button of document.querySelectorAll("[data-filter]")) {
    button.ariaPressed = String(button.dataset.filter === words);
  }
}
