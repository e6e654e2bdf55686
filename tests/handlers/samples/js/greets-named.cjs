const { withDurableExecution } = require("@aws/durable-execution-sdk-js");

exports.handler = withDurableExecution(async (event, context) =>
  context.step("custom_step_name", async () => `Hello, ${event}!`),
);
