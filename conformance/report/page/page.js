// The page's only script: filter and keys of the index, and the view of one scenario, made when it is opened.
// Everything that is shown is set as text; nothing is ever parsed as markup.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const good = new Set(data.good);
  const index = document.getElementById("index");
  const article = document.getElementById("scenario");
  const filter = document.getElementById("filter");
  const pageTitle = document.title;

  // What stands where in a row of the index, as `render.py` writes it.
  const rows = data.rows.map(
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
  const byId = new Map(rows.map((row) => [row.id, row]));
  const anyBad = rows.some((row) => row.bad);

  function make(tag, properties = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name in element) {
        element[name] = value;
      } else {
        element.setAttribute(name, value);
      }
    }
    element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return element;
  }

  const span = (className, ...children) => make("span", { className }, ...children);
  const symbol = (text) => make("span", { ariaHidden: "true" }, `${text} `);
  const link = (id) => `#${encodeURIComponent(id).replaceAll("%2F", "/")}`;
  const seconds = (time) => `${Math.round(time * 1000) / 1000} s`;
  const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

  function verdictOf(verdict) {
    return verdict
      ? span(`v-${verdict}`, symbol(data.symbols[verdict]), verdict)
      : span("quiet", "not judged");
  }

  // --- the index ---------------------------------------------------------------------------------------------

  const IS = {
    unexpected: (row) => row.bad,
    bad: (row) => row.bad,
    new: (row) => row.beside === "new",
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

  function matcher(words) {
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

  const folders = [];

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

  function build() {
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

  let shown = rows;

  function apply() {
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

  // --- one scenario ------------------------------------------------------------------------------------------

  const unpacked = new Map();

  async function lines(chunk) {
    if (!unpacked.has(chunk)) {
      const packed = atob(document.getElementById(`chunk-${chunk}`).textContent);
      const bytes = Uint8Array.from(packed, (character) => character.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
      unpacked.set(chunk, (await new Response(stream).text()).split("\n"));
    }
    return unpacked.get(chunk);
  }

  async function details(row) {
    return JSON.parse((await lines(row.chunk))[row.line]);
  }

  function fold(title, ...children) {
    return make("details", { className: "foot" }, make("summary", {}, title), ...children);
  }

  function pre(text) {
    return make("pre", { tabIndex: 0 }, text);
  }

  function card(subject, row) {
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
        make(
          "p",
          {},
          make("a", { href: query }, `also in ${plural(others, "other scenario")} of ${cause[0]}`),
        ),
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

  function source(scenario) {
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

  // A lane: what one subject did, in order. Bodies and contexts are bars beside it.

  const CONTEXTS = new Set(["child", "branch", "handler"]);
  const SPOKEN = new Set(["note", "log", "callback"]);

  function laneRows(subject) {
    const made = [];
    const open = [];
    let before = 0;
    const bars = (first, last) =>
      open.map((body) => body && { ...body, first: body === first, last: body === last });
    subject.moments.forEach((moment, position) => {
      const [kind, invocation] = moment;
      if (kind === "B" && !SPOKEN.has(moment[3])) {
        bodyRow(moment, subject.moments[position + 1]);
        return;
      }
      if (kind === "I") {
        open.length = 0;
        if (moment[2] - before >= 0.5) {
          made.push({
            kind: "T",
            text: `⋯ ${seconds(moment[2] - before)} of virtual time pass`,
            bars: [],
          });
        }
      }
      if (kind === "I" || kind === "A" || kind === "R") {
        before = Math.max(before, moment[2]);
      }
      made.push({ kind, moment, invocation, bars: bars() });
      if (kind === "A") {
        open.length = 0;
      }
    });
    return made;

    function bodyRow(moment, next) {
      const [, , place, kind, event, name, virtual, attempt, says] = moment;
      const key = `${place} ${kind} ${attempt}`;
      if (event === "start") {
        const free = open.findIndex((body) => !body);
        const at = free < 0 ? open.length : free;
        const body = { key, virtual, body: !CONTEXTS.has(kind) };
        open[at] = body;
        const at_once =
          next && next[0] === "B" && next[4] === "end" && `${next[2]} ${next[3]} ${next[7]}` === key;
        if (at_once) {
          body.merged = true;
        }
        made.push({
          kind: "B",
          text: bodyText(kind, name, virtual, attempt, at_once ? next[8] : ""),
          virtual,
          at: place,
          bars: bars(body, at_once ? body : undefined),
        });
        return;
      }
      const at = open.findIndex((body) => body && body.key === key);
      const body = open[at];
      if (!(body && body.merged)) {
        const text = `${label(kind, name)} ${says || "ended"}`;
        made.push({ kind: "B", text, virtual, at: place, bars: bars(undefined, body) });
      }
      if (at >= 0) {
        open[at] = undefined;
      }
    }
  }

  const label = (kind, name) => `${kind}${name ? ` ‘${name}’` : ""}`;

  function bodyText(kind, name, virtual, attempt, ended) {
    const again = attempt > 1 ? `, attempt ${attempt}` : "";
    if (virtual) {
      return `virtual ${label(kind, name)}: owns no operation${ended ? `; ${ended}` : ""}`;
    }
    return `${label(kind, name)}${CONTEXTS.has(kind) ? " begins" : " runs"}${again}${ended ? `: ${ended}` : ""}`;
  }

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

  function lane(subject, scenario) {
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

  function request([, , time, operation, status, fault, says, sent], subject, scenario) {
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

  function view(row, scenario) {
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
      grid,
    );
    return heading;
  }

  // --- where one is, and keys --------------------------------------------------------------------------------

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
})();
