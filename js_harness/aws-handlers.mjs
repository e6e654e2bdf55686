// A Lambda runtime for a handler as it is: AWS's own conformance handlers, or anybody's.
//
// The process is told what Lambda tells one, by the same environment variables: `_HANDLER` and `LAMBDA_TASK_ROOT` say
// what to run. What the SDK's own logger writes is JSON already, so nothing is done to the console.

import { existsSync } from "node:fs";
import { createRequire, registerHooks } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { NoAnswerError } from "./http-client.mjs";
import { RuntimeLoop } from "./runtime-loop.mjs";

const ENDINGS = [".mjs", ".cjs", ".js"];
const BARE = /^(@[^/]+\/)?[\w-]+$/;
const PACKAGE = "@aws/durable-execution-sdk-js";

/** Serve invocations until the Runtime API goes away; the process's exit status. */
export async function main() {
  const loop = new RuntimeLoop(process.env.AWS_LAMBDA_RUNTIME_API, process.env);
  let handler;
  try {
    handler = await load(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
  } catch (error) {
    await loop.initError(error);
    return 1;
  }
  try {
    await loop.run(
      async (event, context) => JSON.stringify(await handler(JSON.parse(event), context)) ?? "null",
    );
  } catch (error) {
    if (error instanceof NoAnswerError) {
      return 0;
    }
    throw error;
  }
}

/**
 * The function that `handler` names, such as `folder/module.function`, of the code below `root`.
 *
 * @throws {Error} Whatever importing it throws.
 */
export async function load(root, handler) {
  if (process.env.CONFORMANCE_MUTANT) {
    throw new Error("seeded faults of this SDK are the harness's alone");
  }
  own(process.env.CONFORMANCE_SDK);
  const dot = handler.lastIndexOf(".");
  const module = path.join(root, handler.slice(0, dot));
  const file = ENDINGS.map((ending) => module + ending).find(existsSync);
  if (file === undefined) {
    throw new Error(
      `no file ${module} with an ending of ${ENDINGS.join(", ")}; build it if it is TypeScript`,
    );
  }
  const found = (await import(pathToFileURL(file)))[handler.slice(dot + 1)];
  if (typeof found !== "function") {
    throw new Error(`${file} exports no function ${handler.slice(dot + 1)}`);
  }
  return found;
}

/**
 * Have every import of the SDK get the one under test, in `directory`, and what a handler does not have beside it too.
 */
function own(directory) {
  if (!directory) {
    return;
  }
  const manifest = path.join(directory, "package.json");
  const required = createRequire(manifest);
  let asking = false; // `required.resolve` asks this hook as well
  registerHooks({
    resolve(specifier, context, next) {
      if (asking) {
        return next(specifier, context);
      }
      const tested = () => {
        if (context.conditions.includes("import")) {
          return next(specifier, { ...context, parentURL: pathToFileURL(manifest).href });
        }
        asking = true;
        try {
          return next(required.resolve(specifier), context);
        } finally {
          asking = false;
        }
      };
      if (specifier === PACKAGE) {
        return tested();
      }
      try {
        return next(specifier, context);
      } catch (error) {
        if (!BARE.test(specifier)) {
          throw error;
        }
        return tested();
      }
    },
  });
}

process.exitCode = await main();
