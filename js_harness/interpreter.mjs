// The one handler of every scenario: it runs the program that the lab has for the invocation.

import * as blocks from "./blocks.mjs";
import * as callbacks from "./callbacks.mjs";
import * as conditions from "./conditions.mjs";
import * as control from "./control.mjs";
import * as invokes from "./invokes.mjs";
import * as logs from "./logs.mjs";
import * as operations from "./operations.mjs";
import { Run, Scope } from "./scope.mjs";
import { Total } from "./budget.mjs";

function durable(runner) {
  return (statement, ctx, scope) => {
    if (ctx === null) {
      const { at, op } = statement;
      scope.run.lab.stop("harness", `${op} is an operation, and this function is not durable`, at);
    }
    return runner(statement, ctx, scope);
  };
}

for (const module of [operations, callbacks, conditions, invokes]) {
  for (const [op, runner] of Object.entries(module.RUNNERS)) {
    blocks.RUNNERS[op] = durable(runner);
  }
}
Object.assign(blocks.RUNNERS, control.RUNNERS);

/** Fetch the invocation's program: what is to be run, and whether as a durable function. */
export async function prepared(lab) {
  const program = await lab.program();
  const fields = ["function", "statements", "invocation", "budget"];
  const absent = fields.find((field) => program?.[field] === undefined);
  if (absent !== undefined) {
    lab.stop("harness", `malformed program: no ${absent} in ${JSON.stringify(program).slice(0, 200)}`);
  }
  const budget = new Total(program.budget.evaluation, program.budget.invocation);
  const run = new Run(lab, program.function, program.statements, program.invocation, budget);
  return [run, program.durable ?? true];
}

/** Run the program on the execution's input; `ctx` is the SDK's context, null in a plain function. */
export async function interpret(run, event, ctx) {
  if (ctx !== null) {
    ctx.configureLogger({ customLogger: new logs.Sink() });
  }
  run.context = ctx;
  const scope = new Scope(run, {});
  scope.bind("input", event);
  scope.bind("invocation", run.invocation);
  return blocks.runFunction("handler", run.place, run.statements, ctx, scope);
}
