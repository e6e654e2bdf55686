// The JavaScript subject: a Lambda runtime whose function interprets a scenario's program with the real SDK.

import { HttpClient, NoAnswerError } from "./http-client.mjs";
import { RuntimeLoop } from "./runtime-loop.mjs";

/** Serve invocations until the Runtime API goes away; the process's exit status. */
async function main() {
  const loop = new RuntimeLoop(process.env.AWS_LAMBDA_RUNTIME_API, process.env);
  let handle;
  try {
    handle = await subject(new HttpClient(process.env.CONFORMANCE_LAB), process.env.CONFORMANCE_MUTANT);
  } catch (error) {
    process.stderr.write(`the harness can't start: ${error.stack}\n`);
    await loop.initError(error);
    return 1;
  }
  try {
    await loop.run(handle);
  } catch (error) {
    if (error instanceof NoAnswerError) {
      return 0;
    }
    throw error;
  }
}

async function subject(client, mutant) {
  // Only here, so that an SDK that can't be imported is an init error.
  const { interpret, prepared } = await import("./interpreter.mjs");
  const { hello, Lab } = await import("./lab.mjs");
  const { sdk } = await import("./sdk.mjs");
  const { install } = await import("./mutants.mjs");
  // A process is killed when its pool is closed, so what was compiled is kept now for those to come.
  process.getBuiltinModule("node:module").flushCompileCache?.();
  const corrupt = mutant ? install(mutant) : () => {};
  await hello(client);
  let run = null;
  const handler = sdk.withDurableExecution(async (event, ctx) => {
    corrupt(ctx);
    return interpret(run, event, ctx);
  });

  /** Answer one invocation: its event and its response as JSON texts. */
  return async (event, context) => {
    const lab = new Lab(client, context.awsRequestId);
    let durable;
    [run, durable] = await prepared(lab);
    try {
      const value = durable
        ? await handler(JSON.parse(event), context)
        : await interpret(run, JSON.parse(event), null);
      return JSON.stringify(value) ?? "null";
    } finally {
      await lab.close();
    }
  };
}

process.exitCode = await main();
