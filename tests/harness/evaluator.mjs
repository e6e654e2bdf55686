// Evaluates trees with the JavaScript harness: a line in is {tree, scope, limits}, a line out {value} or {failure}.

import { createInterface } from "node:readline";

import { Budget } from "../../js_harness/budget.mjs";
import { evaluate } from "../../js_harness/expressions.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { tree, scope, limits } = JSON.parse(line);
  let answer;
  try {
    answer = { value: evaluate(tree, scope, new Budget(limits)) };
  } catch (error) {
    answer = { failure: error.name, message: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
