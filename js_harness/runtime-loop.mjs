// The Lambda Runtime API, from a runtime's side: next, response, error, init error.

import { HttpClient } from "./http-client.mjs";

export const VERSION = "2018-06-01";
const MULTIPLE_CHOICES = 300;

/** The Runtime API answered something that a runtime can't go on from. */
export class RuntimeApiError extends Error {
  name = "RuntimeApiError";
}

/** What Lambda tells a handler about the invocation, by the names that Lambda's own runtime uses. */
export class LambdaContext {
  constructor(fields) {
    Object.assign(this, fields);
    this.callbackWaitsForEmptyEventLoop = true;
  }

  /** Milliseconds until the invocation's deadline, never negative. */
  getRemainingTimeInMillis() {
    return Math.max(0, this.deadlineMs - Date.now());
  }
}

/** Takes invocations one after the other and answers each. */
export class RuntimeLoop {
  /** `address` is host:port of the Runtime API; `environment` is the process's own. */
  constructor(address, environment) {
    this.api = new HttpClient(`http://${address}`);
    this.environment = environment;
  }

  /**
   * Serve for ever: `handle` is given the event's JSON text and gives the response's.
   *
   * @throws {NoAnswerError} When the Runtime API has gone, which is how a runtime is told to end.
   */
  async run(handle) {
    for (;;) {
      const [event, context] = await this.next();
      const path = `/${VERSION}/runtime/invocation/${context.awsRequestId}`;
      let response;
      try {
        response = await handle(event, context);
      } catch (error) {
        accepted(await this.api.send("POST", `${path}/error`, describe(error)));
        continue;
      }
      accepted(await this.api.sendText("POST", `${path}/response`, response));
    }
  }

  /** Say that the runtime can't start. */
  async initError(error) {
    accepted(await this.api.send("POST", `/${VERSION}/runtime/init/error`, describe(error)));
  }

  async next() {
    const answer = accepted(await this.api.send("GET", `/${VERSION}/runtime/invocation/next`));
    const { headers } = answer;
    const tenantId = headers["lambda-runtime-tenant-id"];
    return [
      answer.body,
      new LambdaContext({
        awsRequestId: headers["lambda-runtime-aws-request-id"],
        invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"] ?? "",
        functionName: this.environment.AWS_LAMBDA_FUNCTION_NAME ?? "",
        functionVersion: this.environment.AWS_LAMBDA_FUNCTION_VERSION ?? "$LATEST",
        memoryLimitInMB: this.environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE ?? "128",
        deadlineMs: Number(headers["lambda-runtime-deadline-ms"] ?? "0"),
        ...(tenantId === undefined ? {} : { tenantId }),
        logGroupName: this.environment.AWS_LAMBDA_LOG_GROUP_NAME,
        logStreamName: this.environment.AWS_LAMBDA_LOG_STREAM_NAME,
      }),
    ];
  }
}

function accepted(answer) {
  if (answer.status >= MULTIPLE_CHOICES) {
    throw new RuntimeApiError(`the Runtime API answered ${answer.status}: ${answer.body.slice(0, 200)}`);
  }
  return answer;
}

/** An error as the Runtime API wants it: a bare type, the message, the stack. */
export function describe(error) {
  return {
    errorType: error?.name ?? "Error",
    errorMessage: error?.message ?? String(error),
    stackTrace: (error?.stack ?? "").split("\n").slice(1),
  };
}
