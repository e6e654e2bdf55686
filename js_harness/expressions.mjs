// Evaluates the trees of a program: one function a kind of node, as docs/values.md has them.

import { BudgetError, ExpressionError, measured } from "./budget.mjs";
import * as nonJson from "./non-json.mjs";
import * as values from "./values.mjs";

const NOTHING = Symbol("nothing"); // an `if` or `switch` of which no case holds: it leaves no trace

/**
 * The tree's value where `names` are in scope; neither is changed.
 *
 * @throws {ExpressionError} It fails for these values; a `BudgetError` when it computes too much.
 */
export function evaluate(tree, names, budget) {
  let value;
  try {
    value = walk(tree, names, budget);
  } catch (error) {
    if (error instanceof RangeError) {
      throw new BudgetError("an expression is nested deeper than the stack of this process");
    }
    throw error;
  }
  return value === NOTHING ? null : measured(value, budget.limits);
}

/** The names that a tree reads, those that it binds itself among them. */
export function namesIn(tree) {
  if (!Array.isArray(tree) || tree[0] === "const") {
    return [];
  }
  return tree[0] === "name" ? [tree[1]] : [...new Set(tree.flatMap(namesIn))];
}

function walk(tree, names, budget) {
  budget.step();
  const [kind] = tree;
  if (Object.hasOwn(values.BINARY, kind)) {
    return values.BINARY[kind](operand(tree[1], names, budget), operand(tree[2], names, budget), budget);
  }
  if (Object.hasOwn(values.UNARY, kind)) {
    return values.UNARY[kind](operand(tree[1], names, budget), budget);
  }
  if (!Object.hasOwn(KINDS, kind)) {
    throw new ExpressionError(`this harness knows no node ${kind}`);
  }
  return KINDS[kind](tree, names, budget);
}

function operand(tree, names, budget) {
  const value = walk(tree, names, budget);
  if (value === NOTHING) {
    throw new ExpressionError("a value is wanted where no case holds");
  }
  return value ?? null; // a function without a return gave what JSON can't say: to compute with it is null
}

function name([, called], names) {
  if (!Object.hasOwn(names, called)) {
    throw new ExpressionError(`${called} is not in scope`);
  }
  return names[called];
}

function get([, part, property], names, budget) {
  const of = values.mapping(operand(part, names, budget));
  if (!Object.hasOwn(of, property)) {
    throw new ExpressionError(`there is no property ${property}`);
  }
  return of[property];
}

function slice([, ...parts], names, budget) {
  const [of, ...bounds] = parts.map((part) => operand(part, names, budget));
  const [start, end] = bounds.map((bound) => (bound === null ? null : values.integer(bound)));
  if (typeof of !== "string") {
    const cut = values.array(of).slice(start ?? 0, end ?? of.length);
    budget.step(cut.length);
    return cut;
  }
  const count = values.length(values.read(of, budget));
  const within = (bound) => Math.min(count, Math.max(0, bound < 0 ? count + bound : bound));
  return values.made(values.characters(of, within(start ?? 0), within(end ?? count)), budget);
}

function array([, ...parts], names, budget) {
  return parts.map((part) => walk(part, names, budget)).filter((item) => item !== NOTHING);
}

function object([, ...pairs], names, budget) {
  const given = pairs.map(([key, part]) => [key, walk(part, names, budget)]);
  return Object.fromEntries(given.filter(([, value]) => value !== NOTHING));
}

function text([, ...parts], names, budget) {
  const found = parts.map((part) => operand(part, names, budget));
  return values.joined(
    found.map((part) => values.text(part, budget, "")),
    "",
    budget,
  );
}

function and([, left, right], names, budget) {
  return values.truth(operand(left, names, budget)) && values.truth(operand(right, names, budget));
}

function or([, left, right], names, budget) {
  return values.truth(operand(left, names, budget)) || values.truth(operand(right, names, budget));
}

function either([, condition, then, otherwise], names, budget) {
  return walk(values.truth(operand(condition, names, budget)) ? then : otherwise, names, budget);
}

function bind([, pairs, body], names, budget) {
  return walk(body, { ...names, ...object(["object", ...pairs], names, budget) }, budget);
}

function map([, part, [first, second], body], names, budget) {
  const of = operand(part, names, budget);
  const each = (item, other) => {
    const more = second === undefined ? { [first]: item } : { [first]: item, [second]: other };
    return walk(body, { ...names, ...more }, budget);
  };
  if (Array.isArray(of)) {
    return of.map(each).filter((item) => item !== NOTHING);
  }
  const pairs = [];
  for (const key of values.ordered(values.mapping(of))) {
    const result = each(second === undefined ? { key, val: of[key] } : of[key], key);
    if (result !== NOTHING) {
      budget.step(Object.keys(values.mapping(result)).length);
      Object.entries(result).forEach((pair) => pairs.push(pair));
    }
  }
  return Object.fromEntries(pairs);
}

function reduce([, part, initial, [first, second, third], body], names, budget) {
  const of = operand(part, names, budget);
  let total = operand(initial, names, budget);
  values.array(of).forEach((item, index) => {
    const more = { [first]: total, [second]: item, ...(third === undefined ? {} : { [third]: index }) };
    const result = walk(body, { ...names, ...more }, budget);
    total = result === NOTHING ? total : result;
  });
  return total;
}

function choose([, otherwise, ...cases], names, budget) {
  const holding = cases.filter(([condition]) => values.truth(operand(condition, names, budget)));
  if (holding.length > 1) {
    throw new ExpressionError("several conditions of a switch hold");
  }
  return walk(holding.length === 1 ? holding[0][1] : otherwise, names, budget);
}

function call([, called, ...parts], names, budget) {
  const given = parts.map((part) => operand(part, names, budget));
  if (called === "defined") {
    return Object.hasOwn(names, values.read(given[0], budget));
  }
  if (!Object.hasOwn(values.FUNCTIONS, called)) {
    throw new ExpressionError(`this harness knows no function ${called}`);
  }
  return values.FUNCTIONS[called](budget, ...given);
}

/** What evaluates a node that is no operator, by its kind. */
export const KINDS = {
  const: ([, value]) => value,
  nothing: () => NOTHING,
  non_json: ([, kind]) => nonJson.value(kind),
  name,
  get,
  slice,
  array,
  object,
  text,
  "&&": and,
  "||": or,
  if: either,
  let: bind,
  map,
  reduce,
  switch: choose,
  call,
};
