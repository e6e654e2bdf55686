// The scenario's own text, with the statement that a finding is about marked.
import { make, span } from "./dom.js";

export function source(scenario) {
  const items = scenario.source.map((text, number) => {
    const here = number + 1 === scenario.line;
    const item = make("li", here ? { className: "here mark", tabIndex: -1 } : {}, text || " ");
    if (here) {
      item.prepend(span("hidden", "the statement: "));
    }
    return item;
  });
  const where = scenario.line ? `line ${scenario.line}` : "";
  const head = make("h3", {}, span("", scenario.file), span("quiet", where));
  const panel = make("section", { className: "panel", ariaLabel: "The scenario" }, head);
  if (!scenario.same) {
    panel.append(
      make("p", { className: "foot quiet" }, "Its file is another one by now; this is what ran, as JSON."),
    );
  }
  panel.append(make("ol", { className: "src" }, ...items));
  return panel;
}
