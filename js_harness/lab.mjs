// The side channel to the lab: programs in; bodies, effects, crashes and reports out.
//
// What a body does at its start and at its end waits for the lab. What is only told (a branch began, a note) is queued
// and sent in order, so that nothing in a handler or a branch ever waits for anything but the SDK.

import { writeSync } from "node:fs";
import { report } from "./reporter.mjs";

/** Exit status of a harness that can't go on. */
export const FAULT = 70;

const OK = 300;
const REFUSED = 409;
const STDERR = 2;

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
    return (await this.#ask("GET", "program")).json();
  }

  /**
   * Begin a body, as soon as the lab lets it: how many times it has begun, from 1.
   *
   * Effects that were told before are with the lab before this is, so that it sees them in the order they had. Once the
   * invocation was answered a body that is still to come never begins: Lambda would have frozen it.
   */
  async body(at, indexes, kind, attempt) {
    if (this.#closed) {
      await new Promise(() => {});
    }
    await this.flush();
    const answer = await this.#ask("POST", "bodies", { at, indexes, kind, attempt }, [REFUSED]);
    if (answer.status === REFUSED) {
      this.stop("harness", `the lab does not let the body go on: ${answer.body}`, at);
    }
    return answer.json().run;
  }

  /**
   * Tell an effect, without waiting: the promise is kept once the lab has it.
   *
   * Nothing is told any more once the invocation was answered.
   */
  effect(at, indexes, kind, event, { attempt = null, run = null, detail = null } = {}) {
    if (this.#closed) {
      return this.#told;
    }
    this.#number += 1;
    const effect = { number: this.#number, at, indexes, kind, event, attempt, run, detail };
    this.#told = this.#told.then(() => this.#ask("POST", "effects", effect)).then(() => {});
    return this.#told;
  }

  /** Wait until the lab has all that was told so far. */
  async flush() {
    await this.#told;
  }

  /**
   * Tell nothing more, and flush what was told before: the invocation is about to be answered.
   *
   * In this order, since the handler may run on: what it told between a flush and the end would be of no invocation.
   */
  async close() {
    this.#closed = true;
    await this.flush();
  }

  /** End the process as a crash would, once the lab says that it may. */
  async crash(at, indexes, when) {
    await this.flush();
    await this.#ask("POST", "crash", { at, indexes, when });
    process.kill(process.pid, "SIGKILL");
    await new Promise(() => {});
  }

  /**
   * Report that this run can't go on, and end the process, past SDK and user code.
   *
   * `kind` is `unsupported` (by this version of the SDK) or `harness`.
   */
  stop(kind, message, at = null) {
    writeSync(STDERR, at === null ? `${kind}: ${message}\n` : `${kind}: ${at}: ${message}\n`);
    if (!report(this.#client, `${this.#path}/reports`, { kind, message, at })) {
      writeSync(STDERR, `the report did not reach the lab at ${this.#client.base}\n`);
    }
    process.exit(FAULT);
  }

  async #ask(method, what, body, allowed = []) {
    let answer;
    try {
      answer = await this.#client.send(method, `${this.#path}/${what}`, body);
    } catch (error) {
      this.stop("harness", `the lab does not answer: ${error.message}`);
    }
    if (answer.status >= OK && this.#closed) {
      await new Promise(() => {}); // asked before the invocation was answered, told after: Lambda would have frozen it
    }
    if (answer.status >= OK && !allowed.includes(answer.status)) {
      const said = answer.body.slice(0, 200);
      this.stop("harness", `the lab answered ${method} ${what} with ${answer.status}: ${said}`);
    }
    return answer;
  }
}
