// The axis of virtual time, to scale: when each subject was invoked, and when it asked something of the service.
import { make, plural, seconds, span } from "./dom.js";

const TICKS = 5;

// The first of 1, 2, 5, 10, 20, 50 ... by which so many steps reach the end, or all but.
function stride(end) {
  const power = 10 ** Math.floor(Math.log10(end / TICKS));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step * TICKS >= 0.999 * end);
}

function mark(className, from, to, end) {
  const element = make("i", { className });
  element.style.setProperty("--from", `${(100 * from) / end}%`);
  element.style.setProperty("--span", `${(100 * (to - from)) / end}%`);
  return element;
}

function line(subject, end) {
  const track = make("div", { className: "line", ariaHidden: "true" });
  const begun = new Map();
  for (const [kind, invocation, time, , status] of subject.moments) {
    if (kind === "I") {
      begun.set(invocation, time);
    } else if (kind === "A") {
      track.append(mark("invoked", begun.get(invocation) ?? time, time, end));
      begun.delete(invocation);
    } else if (kind === "R") {
      track.append(mark(status < 200 || status >= 300 ? "asked rejected" : "asked", time, time, end));
    }
  }
  for (const time of begun.values()) {
    track.append(mark("invoked", time, time, end)); // it never answered
  }
  return track;
}

function row(subject, end) {
  const times = subject.moments.filter(([kind]) => kind === "I").map(([, , time]) => seconds(time));
  const spoken = `: ${plural(times.length, "invocation")}${times.length ? ` at ${times.join(", ")}` : ""}`;
  return make("li", {}, make("span", {}, subject.id, span("hidden", spoken)), line(subject, end));
}

/** One line a subject, all on one scale; null where all happened at once. */
export function axis(subjects) {
  const timed = subjects.flatMap((one) => one.moments.filter(([kind]) => "IAR".includes(kind)));
  const end = Math.max(0, ...timed.map(([, , time]) => time));
  if (end === 0) {
    return null;
  }
  const labels = make("div", { className: "line ticks", ariaHidden: "true" });
  for (let time = 0; time <= end; time += stride(end)) {
    const label = span("", seconds(time));
    label.style.setProperty("--from", `${(100 * time) / end}%`);
    labels.append(label);
  }
  const rows = make("ol", {}, ...subjects.map((one) => row(one, end)), make("li", {}, span(""), labels));
  const head = make("h2", {}, span("", "Virtual time"), span("quiet", `0 s to ${seconds(end)}, to scale`));
  return make("section", { className: "panel axis", ariaLabel: "Virtual time" }, head, rows);
}
