// Where one is, and keys. The page's script begins here: `bundle.py` puts the modules into one.
import { anyBad, byId, data } from "./data.js";
import { link } from "./dom.js";
import { details } from "./packed.js";
import { article, view } from "./scenario.js";
import { apply, build, filter, folders, shown } from "./table.js";

const index = document.getElementById("index");
const pageTitle = document.title;

let current = null;

async function enter(row) {
  const heading = view(row, await details(row));
  current = row;
  index.hidden = true;
  article.hidden = false;
  document.title = `${row.bad ? "✗" : "✓"} ${row.id} · conformance`;
  window.scrollTo(0, 0);
  heading.focus();
}

function close() {
  const last = current;
  current = null;
  article.hidden = true;
  article.replaceChildren();
  index.hidden = false;
  document.title = pageTitle;
  for (const folder of folders) {
    folder.open ||= folder.members.includes(last);
  }
  apply();
  if (last && !last.element.hidden) {
    last.element.querySelector("a").focus();
  }
}

function route() {
  const hash = decodeURIComponent(location.hash.slice(1));
  const row = byId.get(hash);
  if (row) {
    return enter(row);
  }
  if (hash.startsWith("?")) {
    filter.value = hash.slice(1);
  }
  return close();
}

function step(elements, by) {
  const at = elements.indexOf(document.activeElement);
  const next = elements[at < 0 ? (by > 0 ? 0 : elements.length - 1) : at + by];
  if (next) {
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }
}

function neighbour(by) {
  const next = shown[shown.indexOf(current) + by];
  if (next) {
    location.hash = link(next.id);
  }
}

const leave = () => {
  location.hash = filter.value ? `#?${encodeURIComponent(filter.value)}` : "#?";
};

const KEYS = {
  "/": () => filter.focus(),
  j: () => move(1),
  k: () => move(-1),
  n: () => current && neighbour(1),
  p: () => current && neighbour(-1),
  u: () => current && leave(),
  Escape: () => current && leave(),
};

function move(by) {
  const elements = current
    ? [...article.querySelectorAll(".mark")]
    : shown.filter((row) => !row.element.hidden).map((row) => row.element.querySelector("a"));
  step(elements, by);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !document.getElementById("keys").checked) {
    return;
  }
  if (event.target === filter) {
    if (event.key === "Escape") {
      event.preventDefault(); // which would empty it
      filter.blur();
    }
    return;
  }
  const act = KEYS[event.key];
  if (act) {
    event.preventDefault();
    act();
  }
});

function search(words) {
  filter.value = words;
  history.replaceState(null, "", `#?${encodeURIComponent(words)}`);
  if (current) {
    close();
  } else {
    apply();
  }
}

filter.addEventListener("input", () => search(filter.value));
document.getElementById("search").addEventListener("submit", (event) => {
  event.preventDefault();
  move(1);
});
for (const button of document.querySelectorAll("[data-filter]")) {
  button.addEventListener("click", () => search(button.dataset.filter));
}
window.addEventListener("hashchange", route);

filter.value = anyBad ? (data.baseline ? "is:new" : "is:unexpected") : "";
build();
route();
