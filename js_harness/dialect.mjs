// Our subset of JSON-e: what the two published evaluators must be given so that they agree.
//
// JSON-e's Python and JavaScript differ in what a value's type decides while an expression runs:
// `1 == true`, `1 < 1.5`, `"${2.0}"`, an index before the start, the order of texts. JavaScript's
// `$reverse` changes what it is given. What can be told from the text alone was refused before anything
// ran; the rest is settled here, in both languages alike.

import { load } from "./sdk.mjs";

const render = load("json-e");
const { Interpreter } = load("json-e/src/interpreter.js");

/** An expression that means nothing for the values that it met. */
export class ExpressionError extends Error {
  name = "ExpressionError";
}

/** A scalar as an interpolation and `str` write it. */
export function text(value) {
  if (value === null) {
    return "null";
  }
  if (["string", "number", "boolean"].includes(typeof value)) {
    return String(value);
  }
  throw new ExpressionError("only scalars have a text");
}

/** Whether the value is a number: true and false are none. */
export function isNumber(value) {
  return typeof value === "number";
}

/** Whether the value is a whole number. */
export function isInteger(value) {
  return Number.isInteger(value);
}

const isText = (value) => typeof value === "string";

function visitValueAccess(node) {
  const value = this.visit(node.arr);
  if (Array.isArray(value) || isText(value)) {
    const left = node.left ? this.visit(node.left) : 0;
    const right = node.right ? this.visit(node.right) : null;
    if (!isInteger(left) || !(right === null || isInteger(right))) {
      throw new ExpressionError("an array's or string's parts are found by integers");
    }
    const length = [...value].length;
    if (!node.isInterval && !(-length <= left && left < length)) {
      throw new ExpressionError("index out of bounds");
    }
  }
  return original.visitValueAccess.call(this, node);
}

function interpret(tree) {
  const value = original.interpret.call(this, tree);
  return Array.isArray(value) ? [...value] : value;
}

const original = {
  visitValueAccess: Interpreter.prototype.visit_ValueAccess,
  interpret: Interpreter.prototype.interpret,
};

function repeat(string, times) {
  if (!isText(string) || !isInteger(times) || times < 0) {
    throw new ExpressionError("repeat(string, times) wants a string and a count");
  }
  return string.repeat(times);
}

function range(start, stop, step = 1) {
  if (!(isInteger(start) && isInteger(stop) && isInteger(step)) || step === 0) {
    throw new ExpressionError("range(start, stop, step) wants integers and a step that is not 0");
  }
  return Array.from({ length: Math.max(0, Math.ceil((stop - start) / step)) }, (_, i) => start + i * step);
}

function join(values, separator) {
  if (!Array.isArray(values) || !(isText(separator) || isNumber(separator))) {
    throw new ExpressionError("join(array, separator) wants an array, and a string or number");
  }
  return values.map(text).join(text(separator));
}

function split(string, separator) {
  if (!isText(string) || !(isText(separator) || isNumber(separator))) {
    throw new ExpressionError("split(string, separator) wants a string, and a string or number");
  }
  return separator === "" ? [...string] : string.split(text(separator));
}

/** Functions of ours, and those of JSON-e that would differ. */
export const FUNCTIONS = { repeat, range, join, split };

/** Let JSON-e, in this process, use what is here. */
export function install() {
  Interpreter.prototype.visit_ValueAccess = visitValueAccess;
  Interpreter.prototype.interpret = interpret;
}

/** Render a template: null when it deletes itself. */
export function rendered(template, context) {
  return render(template, { ...FUNCTIONS, ...context });
}
