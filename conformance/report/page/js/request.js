// A request with its updates, and what findings say of them.
import { make, seconds, span } from "./dom.js";

export function request([, , time, operation, status, fault, says, sent], subject, scenario) {
  const refused = status < 200 || status >= 300;
  const name = operation.replace("DurableExecution", "");
  const head = make(
    "p",
    {},
    make("span", {}, make("b", {}, name), span("quiet", ` t = ${seconds(time)}`)),
    span(refused ? "bad" : "good", refused ? "✗ " : "✓ ", String(status), fault ? ` (fault ${fault})` : ""),
  );
  const box = make("div", { className: `what req${refused ? " refused" : ""}` }, head);
  box.append(...sent.map((one) => update(one, subject, scenario)));
  if (says) {
    box.append(make("div", { className: refused ? "bad" : "quiet" }, says));
  }
  return box;
}

function update(sent, subject, scenario) {
  const [name, , type, action, called, parent, parentName, parentVirtual, carried] = sent;
  const found = subject.findings.filter((one) => one[7] === name);
  // A refused request and an update that is missed among the accepted ones are shown by the request itself.
  const own = found.filter(
    ([layer, rule, , , , , , , at]) => rule !== "request-refused" && (at || layer !== "parity"),
  );
  const fields = own.map((one) => one[8].split(/[.[]/)[0]);
  const hit = (field) => fields.includes(field);
  const field = (key, ...text) => (hit(key) ? span("hit", "✗ ", ...text) : make("span", {}, ...text));
  const where = `${parent}${parentName ? ` ‘${parentName}’` : ""}${parentVirtual ? " (virtual!)" : ""}`;
  const others = new Set(["ParentId", "Name", ...carried.map(([key]) => key)]);
  const whole = fields.some((key) => !others.has(key));
  const element = make(
    "div",
    { className: "up" },
    span("quiet", type),
    " ",
    whole ? span("hit", "✗ ", action) : make("b", {}, action),
    " ",
    called ? field("Name", called) : "",
    " ",
    parentVirtual && !hit("ParentId")
      ? span("hit", "✗ ParentId ", where)
      : field("ParentId", "ParentId ", where),
  );
  for (const [key, value] of carried) {
    element.append(" ", field(key, `${key === "Payload" ? "" : `${key} `}${value}`));
  }
  if (found.length) {
    element.classList.add("mark");
    element.tabIndex = -1;
    if (found.includes(subject.findings[0])) {
      element.append(" ", span("here-first", "← first difference"));
    }
  }
  for (const other of missing(name, subject, scenario)) {
    element.classList.add("mark", "missing");
    element.tabIndex = -1;
    element.append(" ", span("here-first", `✗ not written by ${other}`));
  }
  return element;
}

// The other subjects of which a finding says that they never wrote this update.
function missing(name, subject, scenario) {
  return scenario.subjects
    .filter((other) => other !== subject && other.findings.some((one) => one[7] === name && one[8] === ""))
    .filter(
      (other) =>
        !other.moments.some((moment) => moment[0] === "R" && moment[7].some((sent) => sent[0] === name)),
    )
    .map((other) => other.id);
}
