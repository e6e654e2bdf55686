// Making elements. Everything that is shown is set as text; nothing is ever parsed as markup.
import { data } from "./data.js";

export function make(tag, properties = {}, ...children) {
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

export const span = (className, ...children) => make("span", { className }, ...children);
export const symbol = (text) => make("span", { ariaHidden: "true" }, `${text} `);
export const link = (id) => `#${encodeURIComponent(id).replaceAll("%2F", "/")}`;
export const seconds = (time) => `${Math.round(time * 1000) / 1000} s`;
export const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

export function verdictOf(verdict) {
  return verdict ? span(`v-${verdict}`, symbol(data.symbols[verdict]), verdict) : span("quiet", "not judged");
}

export function fold(title, ...children) {
  return make("details", { className: "foot" }, make("summary", {}, title), ...children);
}

export function pre(text) {
  return make("pre", { tabIndex: 0 }, text);
}
