// Evaluates templates with the JavaScript harness: a line in is {template, values}, a line out {value} or {error}.

import { createInterface } from "node:readline";

import { evaluate } from "../../js_harness/expressions.mjs";

for await (const line of createInterface({ input: process.stdin })) {
  const { template, values } = JSON.parse(line);
  let answer;
  try {
    answer = { value: evaluate(template, values) };
  } catch (error) {
    answer = { error: String(error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
