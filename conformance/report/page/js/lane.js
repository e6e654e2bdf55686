// A lane: one subject's invocations, requests and bodies, its logs and what it wrote.
import { fold, make, plural, pre, seconds, span, symbol, verdictOf } from "./dom.js";
import { label, laneRows } from "./moments.js";
import { request } from "./request.js";

function tracks(bars, width) {
  const element = make("span", { className: "tracks", ariaHidden: "true" });
  for (let track = 0; track < width; track += 1) {
    const bar = bars[track];
    const classes = bar
      ? ["on", bar.body && "ran", bar.virtual && "virtual", bar.first && "first", bar.last && "last"]
      : [];
    element.append(make("i", { className: classes.filter(Boolean).join(" ") }));
  }
  return element;
}

export function lane(subject, scenario) {
  const entries = laneRows(subject);
  const width = Math.min(12, Math.max(0, ...entries.map((row) => row.bars.length)));
  const items = entries.map((row) => {
    const what = content(row, subject, scenario);
    return make("li", {}, tracks(row.bars, width), what);
  });
  const invocations = subject.moments.filter(([kind]) => kind === "I").length;
  const requests = subject.moments.filter(([kind]) => kind === "R").length;
  const about = [
    subject.reference ? "reference" : null,
    plural(invocations, "invocation"),
    plural(requests, "request"),
    subject.status,
  ];
  const head = make(
    "h3",
    {},
    make("span", {}, subject.id, " ", verdictOf(subject.verdict)),
    span("quiet", about.filter(Boolean).join(" · ")),
  );
  const panel = make("section", { className: "panel", ariaLabel: `What ${subject.id} did` }, head);
  panel.append(make("ol", { className: "lane" }, ...items));
  if (!subject.moments.length) {
    panel.append(make("p", { className: "foot quiet" }, "There is no recording to show."));
  }
  panel.append(...folded(subject));
  return panel;
}

function folded(subject) {
  const parts = [];
  if (subject.known.length) {
    const items = subject.known.map(([id, title, href]) =>
      make("li", {}, href ? make("a", { href, rel: "noreferrer" }, title || id) : title || id, ` (${id})`),
    );
    parts.push(
      fold(
        `≈ ${plural(subject.known.length, "known difference")}`,
        make("ul", { className: "findings" }, ...items),
      ),
    );
  }
  const logs = subject.moments.filter(([kind, , , what]) => kind === "B" && what === "log");
  if (logs.length) {
    parts.push(fold(`Logs (${logs.length})`, pre(logs.map((moment) => moment[8]).join("\n"))));
  }
  if (subject.stderr.length) {
    parts.push(fold(`stderr (${plural(subject.stderr.length, "line")})`, pre(subject.stderr.join("\n"))));
  }
  return parts;
}

function content(row, subject, scenario) {
  const { kind, moment } = row;
  switch (kind) {
    case "T":
      return make("div", { className: "what wait" }, row.text);
    case "I": {
      const known = moment[4] ? ` · ${plural(moment[4], "operation")} known` : "";
      return make(
        "div",
        { className: "what inv" },
        `Invocation ${moment[1]}`,
        span(
          "quiet",
          ` t = ${seconds(moment[2])}${known}${moment[3] === "scenario" ? "" : ` · ${moment[3]}`}`,
        ),
      );
    }
    case "A": {
      const failed = moment[3] !== "PENDING" && moment[3] !== "SUCCEEDED";
      const said = make("b", failed ? { className: "bad" } : {}, moment[3]);
      return make("div", { className: "what" }, `invocation ${moment[1]} answers `, said, ` ${moment[4]}`);
    }
    case "R":
      return request(moment, subject, scenario);
    case "B":
      return make(
        "div",
        { className: row.virtual ? "what scope" : "what run", title: row.at ?? "" },
        row.text ?? `${label(moment[3], moment[5])} ${moment[8]}`,
      );
    default:
      return make("div", { className: "what bad" }, symbol("⚠"), `${moment[2]}: ${moment[3]}`);
  }
}
