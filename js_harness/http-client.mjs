// A small HTTP/1.1 client over kept-alive connections, for one server.

// An import of it would load all that it only offers, undici among it: a third of the time that a process takes to start.
const http = process.getBuiltinModule("node:http");

/** The server could not be reached, or the connection ended before it had answered. */
export class NoAnswerError extends Error {
  name = "NoAnswerError";
}

/** What a server answered: header names are lower-case. */
export class Answer {
  constructor(status, headers, body) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** The body as JSON; null when it is empty. */
  json() {
    return this.body ? JSON.parse(this.body) : null;
  }
}

/**
 * Talks to the server at `base`; any number of requests may be under way at once.
 *
 * A connection that the server has closed in the meantime is noticed before it is used again, so that no request is
 * ever sent twice.
 */
export class HttpClient {
  /** `base` is the server's URL, `http://host:port` and perhaps a path that goes before every other. */
  constructor(base) {
    const parts = URL.canParse(base) ? new URL(base) : null;
    if (parts?.protocol !== "http:") {
      throw new TypeError(`not an http URL: ${JSON.stringify(base)}`);
    }
    this.base = base.replace(/\/+$/, "");
    this.host = parts.hostname;
    this.port = Number(parts.port || 80);
    this.prefix = parts.pathname.replace(/\/+$/, "");
    this.agent = new http.Agent({ keepAlive: true, noDelay: true });
  }

  /**
   * Send one request; `body` is sent as JSON, undefined is no body.
   *
   * @throws {NoAnswerError} When there is none.
   */
  async send(method, path, body) {
    return this.sendText(method, path, body === undefined ? undefined : JSON.stringify(body));
  }

  /**
   * Send one request with a body that is JSON text already.
   *
   * @throws {NoAnswerError} When there is none.
   */
  sendText(method, path, text) {
    const data = text === undefined ? undefined : Buffer.from(text);
    const headers = { "Content-Type": "application/json", "Content-Length": data?.length ?? 0 };
    return new Promise((resolve, reject) => {
      const fail = (error) =>
        reject(new NoAnswerError(`${method} ${this.base}${path}: ${error.message || error.code}`));
      const request = http.request(
        { host: this.host, port: this.port, agent: this.agent, method, path: this.prefix + path, headers },
        (response) => {
          const chunks = [];
          response.on("data", (chunk) => chunks.push(chunk));
          response.on("error", fail);
          response.on("end", () =>
            resolve(new Answer(response.statusCode, response.headers, Buffer.concat(chunks).toString())),
          );
        },
      );
      request.on("error", fail);
      request.end(data);
    });
  }
}
