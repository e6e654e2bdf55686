// The card of a cause: what was seen and wanted, where, and what follows.
import { data, rows } from "./data.js";
import { fold, make, plural, pre, span, symbol } from "./dom.js";

export function card(subject, row) {
  const { card: told } = subject;
  const cause = subject.cause === null ? null : data.causes[subject.cause];
  const others = cause ? rows.filter((other) => other.causes.includes(cause[0])).length - 1 : 0;
  const [layer, rule, path, , , blame] = subject.findings[0];
  const tag = [`${layer} / ${rule}`, `blame: ${blame}`];
  const head = make(
    "h2",
    {},
    span("bad", symbol("✗"), `${subject.id}: ${told.title}`),
    span("quiet", tag.join(" · ")),
  );
  const body = make("div", { className: "body" });
  body.append(make("p", {}, told.what || path, " ", make("code", { className: "quiet" }, path)));
  body.append(
    make(
      "dl",
      { className: "seen" },
      make("dt", {}, "seen"),
      make("dd", { className: "bad" }, told.seen),
      make("dt", {}, "wanted"),
      make("dd", { className: "good" }, told.wanted),
    ),
  );
  body.append(make("p", {}, told.message));
  if (told.answer) {
    body.append(make("p", {}, "The service answered ", make("b", { className: "bad" }, told.answer)));
  }
  if (told.frames.length) {
    body.append(make("p", { className: "quiet" }, "SDK: ", make("code", {}, told.frames.join(" → "))));
  }
  if (others > 0) {
    const query = `#?${encodeURIComponent(`cause:${cause[0]}`)}`;
    body.append(
      make("p", {}, make("a", { href: query }, `also in ${plural(others, "other scenario")} of ${cause[0]}`)),
    );
  }
  body.append(pre(`conformance run ${row.id} --subject ${subject.id}\nconformance explain ${rule}`));
  const section = make("section", { className: "panel cause" }, head, body);
  if (subject.findings.length > 1) {
    const rest = subject.findings.slice(1).map((one) => make("li", {}, ...finding(one)));
    const total = rest.length + subject.more;
    const more = subject.more ? make("p", { className: "foot quiet" }, `and ${subject.more} more`) : null;
    section.append(
      fold(
        `${plural(total, "finding")} that follow${total === 1 ? "s" : ""}`,
        make("ul", { className: "findings" }, ...rest),
        more,
      ),
    );
  }
  return section;
}

function finding([layer, rule, path, seen, wanted]) {
  return [make("code", {}, `${layer}/${rule}`), ` ${path}: seen ${seen}, wanted ${wanted}`];
}
