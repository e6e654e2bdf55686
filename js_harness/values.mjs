// What operators and functions make of values: docs/values.md, in JavaScript.

import { ExpressionError, isPlain, size } from "./budget.mjs";

/** The greatest integer that every language can compute with. */
export const MOST = Number.MAX_SAFE_INTEGER;

const HALF = /\p{Surrogate}/u;
const isText = (value) => typeof value === "string";
const fail = (message) => {
  throw new ExpressionError(message);
};

/** Whether a condition holds: not for null, false, 0, an empty text, list or object. */
export function truth(value) {
  if (Array.isArray(value)) {
    return value.length > 0;
  }
  if (isPlain(value)) {
    return Object.keys(value).length > 0;
  }
  if (typeof value === "object" && value !== null) {
    return fail("a condition wants a JSON value");
  }
  return Number.isNaN(value) || Boolean(value);
}

/** Whether the value is a number: true and false are none. */
export function isNumber(value) {
  return typeof value === "number";
}

/** A number that can be computed with. */
export function number(value) {
  return isNumber(value) && Math.abs(value) <= MOST
    ? value
    : fail("a number within the safe integers is wanted");
}

/** A whole number. */
export function integer(value) {
  return Number.isInteger(number(value)) ? value : fail("a whole number is wanted");
}

/** A list. */
export function array(value) {
  return Array.isArray(value) ? value : fail("a list is wanted");
}

/** An object. */
export function mapping(value) {
  return isPlain(value) ? value : fail("an object is wanted");
}

/** A text of whole characters, which costs its bytes. */
export function read(value, budget) {
  return isText(value) && !HALF.test(value)
    ? made(value, budget)
    : fail("a text is wanted, without half characters");
}

/** A text that was made, which costs its bytes. */
export function made(value, budget) {
  budget.byte(size(value));
  return value;
}

/** A scalar as an interpolation and `str` write it. */
export function text(value, budget, nothing = "null") {
  if (typeof value === "boolean") {
    return String(value);
  }
  if ((value ?? null) === null) {
    return nothing;
  }
  return isNumber(value) ? numberText(number(value)) : read(value, budget);
}

/** A number as JavaScript writes it. */
export function numberText(value) {
  return String(value);
}

/** Texts in one, which is paid before it is made. */
export function joined(texts, separator, budget) {
  const all = texts.reduce((sum, each) => sum + size(each), 0);
  budget.byte(all + size(separator) * Math.max(texts.length - 1, 0));
  return texts.join(separator);
}

/** Keys in the order of their UTF-16 code units. */
export function ordered(value) {
  return Object.keys(value).sort((one, other) => Number(one > other) - Number(one < other));
}

/** The characters from one to before another of a text; a character may be two code units. */
export function characters(value, start, end) {
  let [from, to, at, count] = [value.length, value.length, 0, 0];
  for (const character of value) {
    from = count === start ? at : from;
    to = count === end ? at : to;
    count += 1;
    at += character.length;
  }
  return start < end ? value.slice(from, to) : "";
}

/** How many characters a text has. */
export function length(value) {
  let count = 0;
  for (const character of value) {
    count += Number(character.length > 0);
  }
  return count;
}

// -- operators of two values

/** Equality of JSON values: true is not 1, 2.0 is 2. */
export function equal(left, right, budget, depth = 0) {
  budget.step();
  budget.depth(depth);
  if (isNumber(left) && isNumber(right)) {
    return number(left) === number(right);
  }
  if (isText(left) && isText(right)) {
    return made(left, budget) === right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    return left.length === right.length && left.every((item, i) => equal(item, right[i], budget, depth + 1));
  }
  if (isPlain(left) && isPlain(right)) {
    const keys = ordered(left);
    return (
      keys.length === Object.keys(right).length &&
      keys.every((key) => Object.hasOwn(right, key)) &&
      keys.every((key) => equal(left[key], right[key], budget, depth + 1))
    );
  }
  return (left ?? null) === (right ?? null);
}

function contains(item, collection, budget) {
  if (isText(collection)) {
    const sought = read(item, budget);
    return read(collection, budget).includes(sought);
  }
  if (isPlain(collection)) {
    return Object.hasOwn(collection, read(item, budget));
  }
  return array(collection).some((other) => equal(item, other, budget));
}

function comparing(holds) {
  return (left, right, budget) =>
    isText(left) && isText(right)
      ? holds(read(left, budget), read(right, budget))
      : holds(number(left), number(right));
}

function plus(left, right, budget) {
  if (isText(left) && isText(right)) {
    return joined([read(left, budget), read(right, budget)], "", budget);
  }
  return number(number(left) + number(right));
}

function index(of, key, budget) {
  if (isPlain(of)) {
    return Object.hasOwn(of, read(key, budget)) ? of[key] : null;
  }
  const count = isText(of) ? length(read(of, budget)) : array(of).length;
  if (!(-count <= integer(key) && key < count)) {
    fail(`index ${key} is out of bounds`);
  }
  const at = key < 0 ? count + key : key;
  return isText(of) ? made(characters(of, at, at + 1), budget) : of[at];
}

/** Operators of two values, by the kinds of their nodes. */
export const BINARY = {
  "==": equal,
  "!=": (left, right, budget) => !equal(left, right, budget),
  in: contains,
  "<": comparing((left, right) => left < right),
  "<=": comparing((left, right) => left <= right),
  ">": comparing((left, right) => left > right),
  ">=": comparing((left, right) => left >= right),
  "+": plus,
  "-": (left, right) => number(number(left) - number(right)),
  "*": (left, right) => number(number(left) * number(right)),
  index,
};

// -- operators of one value

function reverse(value, budget) {
  budget.step(array(value).length);
  return [...value].reverse();
}

function flatten(value, budget) {
  const flat = [];
  for (const item of array(value)) {
    const inner = Array.isArray(item) ? item : [item];
    budget.step(1 + inner.length);
    inner.forEach((each) => flat.push(each));
  }
  return flat;
}

function flattenDeep(value, budget) {
  const flat = [];
  const add = (items, depth) => {
    budget.depth(depth);
    for (const item of items) {
      budget.step();
      if (Array.isArray(item)) {
        add(item, depth + 1);
      } else {
        flat.push(item);
      }
    }
  };
  add(array(value), 1);
  return flat;
}

function merge(value, budget) {
  const pairs = [];
  for (const item of array(value)) {
    budget.step(1 + Object.keys(mapping(item)).length);
    Object.entries(item).forEach((pair) => pairs.push(pair));
  }
  return Object.fromEntries(pairs);
}

function mergeDeep(value, budget) {
  const both = (left, right, depth) => {
    budget.step();
    budget.depth(depth);
    if (Array.isArray(left) && Array.isArray(right)) {
      budget.step(left.length + right.length);
      return left.concat(right);
    }
    if (isPlain(left) && isPlain(right)) {
      budget.step(Object.keys(left).length + Object.keys(right).length);
      const shared = ordered(right).filter((key) => Object.hasOwn(left, key));
      const pairs = shared.map((key) => [key, both(left[key], right[key], depth + 1)]);
      return { ...left, ...right, ...Object.fromEntries(pairs) };
    }
    return right;
  };
  return array(value).reduce((merged, item) => both(merged, mapping(item), 1), {});
}

/** Operators of one value, by the kinds of their nodes. */
export const UNARY = {
  "!": (value) => !truth(value),
  reverse,
  flatten,
  flattenDeep,
  merge,
  mergeDeep,
};

// -- functions

function ascii(value, budget) {
  const given = read(value, budget);
  return size(given) === given.length
    ? given
    : fail("only letters of ASCII have a case that all languages agree on");
}

function range(budget, start, stop, step = 1) {
  if (integer(step) === 0) {
    fail("a range wants a step that is not 0");
  }
  const count = Math.max(0, Math.ceil((integer(stop) - integer(start)) / step));
  budget.step(count);
  return Array.from({ length: count }, (_, i) => start + i * step);
}

function repeat(budget, value, times) {
  if (integer(times) < 0) {
    fail("repeat wants a count");
  }
  budget.byte(size(read(value, budget)) * times);
  return value.repeat(times);
}

function separatorOf(value, budget) {
  return isNumber(value) ? numberText(number(value)) : read(value, budget);
}

function join(budget, values, separator) {
  budget.step(array(values).length);
  const between = separatorOf(separator, budget);
  return joined(
    values.map((item) => text(item, budget)),
    between,
    budget,
  );
}

function split(budget, value, separator) {
  const [given, between] = [read(value, budget), separatorOf(separator, budget)];
  const parts = between === "" ? [...given] : given.split(between);
  budget.step(parts.length);
  parts.forEach((part) => budget.byte(size(part)));
  return parts;
}

function len(budget, value) {
  return isText(value) ? length(read(value, budget)) : array(value).length;
}

function kindOf(value) {
  if (value === null || Array.isArray(value)) {
    return value === null ? "null" : "array";
  }
  return isPlain(value) || ["boolean", "number", "string"].includes(typeof value)
    ? typeof value
    : fail("typeof wants a JSON value");
}

/** Functions, by name; `defined` looks at the scope and is a node's own business. */
export const FUNCTIONS = {
  abs: (_, value) => Math.abs(number(value)),
  ceil: (_, value) => Math.ceil(number(value)),
  floor: (_, value) => Math.floor(number(value)),
  join,
  len,
  lowercase: (budget, value) => made(ascii(value, budget).toLowerCase(), budget),
  max: (_, ...values) => Math.max(...values.map(number)),
  min: (_, ...values) => Math.min(...values.map(number)),
  range,
  repeat,
  split,
  str: (budget, value) => made(text(value, budget), budget),
  typeof: (_, value) => kindOf(value),
  uppercase: (budget, value) => made(ascii(value, budget).toUpperCase(), budget),
};
