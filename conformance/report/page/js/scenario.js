// One scenario: its card, its text, and a lane for each subject on one axis of time.
import { axis } from "./axis.js";
import { card } from "./card.js";
import { data } from "./data.js";
import { make, span, symbol } from "./dom.js";
import { lane } from "./lane.js";
import { source } from "./source.js";

export const article = document.getElementById("scenario");

export function view(row, scenario) {
  const pills = scenario.subjects.map((one) =>
    span(`pill v-${one.verdict}`, symbol(data.symbols[one.verdict]), `${one.id} ${one.verdict}`),
  );
  const heading = make("h1", { tabIndex: -1 }, scenario.id);
  const about = make("p", { className: "about" }, scenario.title);
  about.append(span("quiet", row.aws ? ` · AWS ${row.aws}` : "", ` · covers ${row.covers.join(", ")}`));
  for (const href of scenario.links) {
    about.append(" · ", make("a", { href, rel: "noreferrer" }, href.replace("https://github.com/", "")));
  }
  const grid = make(
    "div",
    { className: "grid" },
    source(scenario),
    ...scenario.subjects.map((one) => lane(one, scenario)),
  );
  grid.style.setProperty("--lanes", String(scenario.subjects.length));
  article.replaceChildren(
    make("div", { className: "top" }, heading, ...pills),
    about,
    ...scenario.subjects.filter((one) => one.card).map((one) => card(one, row)),
    axis(scenario.subjects) ?? "",
    grid,
  );
  return heading;
}
