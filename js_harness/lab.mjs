// The side channel to the lab: programs and bodies' turns in; effects and reports out.
//
// A body waits for the lab at its start and at its end. What is only told (a branch began, a note) is queued and sent
// in order, so that nothing in a handler or a branch ever waits for anything but the SDK. Once an invocation has been
// answered, nothing that is left of it reaches the lab or ends the process.

import { writeSync } from "node:fs";
import { RUNNERS } from "./blocks.mjs";
import { report } from "./reporter.mjs";
import * as sdk from "./sdk.mjs";
import * as support from "./support.mjs";

/** Exit status of a harness that can't go on. */
export const FAULT = 70;

/** The version of the protocol with the lab. */
export const PROTOCOL = 1;

const MULTIPLE_CHOICES = 300;
const GONE = 410;
const STDERR = 2;

/**
 * Tell the lab what this harness and its SDK are and can do.
 *
 * @throws {Error} The lab does not take it.
 */
export async function hello(client) {
  const answer = await client.send("POST", "/hello", {
    protocol: PROTOCOL,
    sdk: { name: sdk.NAME, version: sdk.VERSION },
    profile: support.PROFILE,
    features: support.features(Object.keys(RUNNERS)),
  });
  if (answer.status >= MULTIPLE_CHOICES) {
    throw new Error(`the lab answered the hello with ${answer.status}: ${answer.body}`);
  }
}

/** The side channel of one invocation. */
export class Lab {
  #client;
  #path;
  #number = 0;
  #told = Promise.resolve();
  #closed = false;

  /** `client` talks to the lab; `requestId` is the invocation's, as the Runtime API gave it. */
  constructor(client, requestId) {
    this.#client = client;
    this.#path = `/invocations/${requestId}`;
  }

  /** The program of the function that was invoked. */
  async program() {
    const answer = await this.#ask("GET", "program");
    return answer === null ? forever() : answer.json();
  }

  /**
   * What a body does this time, as soon as the lab lets it begin.
   *
   * Effects that were told before are with the lab before this is asked, so that it sees them in the order they had. Of
   * an invocation that has ended no body begins: Lambda would have frozen it.
   */
  async turn(at, indexes, kind, attempt) {
    if (this.#closed) {
      return forever();
    }
    await this.flush();
    const answer = await this.#ask("POST", "turns", { at, indexes, kind, attempt });
    return answer === null ? forever() : answer.json();
  }

  /** Tell an effect, without waiting. Nothing is told any more once the invocation was answered. */
  effect(at, indexes, kind, event, { attempt = null, detail = null } = {}) {
    if (!this.#closed) {
      const effect = this.#numbered(at, indexes, kind, event, attempt, detail);
      this.#told = this.#told.then(() => this.#ask("POST", "effects", effect)).then(() => {});
    }
  }

  /**
   * Tell that a body has ended, and wait until the lab has that: for ever where the body is to crash.
   *
   * It waits alone: what others tell meanwhile goes past it.
   */
  async end(at, indexes, kind, attempt, detail) {
    await this.flush();
    const effect = this.#closed ? null : this.#numbered(at, indexes, kind, "end", attempt, detail);
    if (effect === null || (await this.#ask("POST", "effects", effect)) === null) {
      await forever();
    }
  }

  #numbered(at, indexes, kind, event, attempt, detail) {
    this.#number += 1;
    return { number: this.#number, at, indexes, kind, event, attempt, detail };
  }

  /** Wait until the lab has all that was told so far. */
  async flush() {
    await this.#told;
  }

  /** Tell nothing more, and wait until the lab has all: the invocation is about to be answered. */
  async close() {
    this.#closed = true;
    await this.flush();
  }

  /**
   * Report that this run can't go on, and end the process, past SDK and user code.
   *
   * `kind` is `harness`; `expression`, with what is told of the one that failed; or `unsupported` where only this moment
   * shows it. What is left of an invocation that was answered only goes no further.
   */
  stop(kind, message, at = null, expression = undefined) {
    if (this.#closed) {
      throw new Error(`what is left of an invocation that was answered: ${message}`);
    }
    writeSync(STDERR, at === null ? `${kind}: ${message}\n` : `${kind}: ${at}: ${message}\n`);
    if (!report(this.#client, `${this.#path}/reports`, { kind, message, at, expression })) {
      writeSync(STDERR, `the report did not reach the lab at ${this.#client.base}\n`);
    }
    process.exit(FAULT);
  }

  /** The lab's answer; null when this invocation has ended. */
  async #ask(method, what, body) {
    let answer;
    try {
      answer = await this.#client.send(method, `${this.#path}/${what}`, body);
    } catch (error) {
      if (this.#closed) {
        return null;
      }
      this.stop("harness", `the lab does not answer: ${error.message}`);
    }
    if (answer.status === GONE) {
      return null;
    }
    if (answer.status >= MULTIPLE_CHOICES) {
      const said = answer.body.slice(0, 200);
      this.stop("harness", `the lab answered ${method} ${what} with ${answer.status}: ${said}`);
    }
    return answer;
  }
}

/** Hold what is left of an invocation that has ended. */
function forever() {
  return new Promise(() => {});
}
