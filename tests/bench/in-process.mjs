// The programs of `programs/` as a user of the JavaScript SDK writes them, run by AWS's in-process runner.
//
//     node tests/bench/in-process.mjs ROUNDS
//
// It prints JSON: for each program its result and the CPU and wall seconds of one execution.

import { withDurableExecution } from "@aws/durable-execution-sdk-js";
import { LocalDurableTestRunner } from "@aws/durable-execution-sdk-js-testing";

const ATTEMPTS = 3;
const MICROSECONDS = 1e6;
const MILLISECONDS = 1e3;

class Boom extends Error {
  name = "Boom";
}

const PROGRAMS = {
  async steps(_, ctx) {
    const one = await ctx.step("one", async () => 1);
    const two = await ctx.step("two", async () => one + 1);
    return ctx.step("three", async () => two * 2);
  },

  async wait(_, ctx) {
    const before = await ctx.step("before", async () => "before");
    await ctx.wait("pause", { seconds: 5 });
    return ctx.step("after", async () => `${before} and after`);
  },

  async child(_, ctx) {
    return ctx.runInChildContext("child", async (inner) => {
      const left = await inner.step("left", async () => 20);
      const right = await inner.step("right", async () => 22);
      return left + right;
    });
  },

  async map(_, ctx) {
    const each = async (inner, item) => inner.step("double", async () => item * 2);
    return (await ctx.map("each", [1, 2, 3, 4, 5], each, { maxConcurrency: 1 })).getResults();
  },

  async parallel(_, ctx) {
    const branches = ["first", "second"].map((name) => async (inner) => inner.step(name, async () => name));
    return (await ctx.parallel("both", branches, { maxConcurrency: 1 })).getResults();
  },

  async retry(_, ctx) {
    const flaky = async ({ attempt }) => {
      if (attempt < ATTEMPTS) {
        throw new Boom("not yet");
      }
      return "done";
    };
    const retryStrategy = (_error, attempt) =>
      attempt < ATTEMPTS ? { shouldRetry: true, delay: { seconds: 1 } } : { shouldRetry: false };
    return ctx.step("flaky", flaky, { retryStrategy });
  },
};

// The runner puts a clock of its own in the place of Node's: this one is real.
const now = process.hrtime.bigint;
const rounds = Number(process.argv[2]);
const told = {};
await LocalDurableTestRunner.setupTestEnvironment({ skipTime: true });
for (const [name, program] of Object.entries(PROGRAMS)) {
  const runner = new LocalDurableTestRunner({ handlerFunction: withDurableExecution(program) });
  const result = (await runner.run()).getResult();
  const cpu = process.cpuUsage();
  const wall = now();
  for (let round = 0; round < rounds; round++) {
    runner.reset();
    await runner.run();
  }
  const used = process.cpuUsage(cpu);
  told[name] = {
    result,
    cpu: (used.user + used.system) / MICROSECONDS / rounds,
    wall: Number(now() - wall) / MILLISECONDS / MICROSECONDS / rounds,
  };
}
await LocalDurableTestRunner.teardownTestEnvironment();
process.stdout.write(`${JSON.stringify(told)}\n`);
