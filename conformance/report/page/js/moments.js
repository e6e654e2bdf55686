// The rows of a lane: what one subject did, in order, with bodies and contexts as bars beside it.
import { seconds } from "./dom.js";

const CONTEXTS = new Set(["child", "branch", "handler"]);
const SPOKEN = new Set(["note", "log", "callback"]);

export function laneRows(subject) {
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

export const label = (kind, name) => `${kind}${name ? ` ‘${name}’` : ""}`;

function bodyText(kind, name, virtual, attempt, ended) {
  const again = attempt > 1 ? `, attempt ${attempt}` : "";
  if (virtual) {
    return `virtual ${label(kind, name)}: owns no operation${ended ? `; ${ended}` : ""}`;
  }
  return `${label(kind, name)}${CONTEXTS.has(kind) ? " begins" : " runs"}${again}${ended ? `: ${ended}` : ""}`;
}
