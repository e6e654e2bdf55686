// The SDK under test, as it is published: found, loaded and never changed here.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

const PACKAGE = "@aws/durable-execution-sdk-js";

export const NAME = "js";

/** Loads what is installed in the directory that holds the subject's node_modules; else what the harness has itself. */
export const load = createRequire(
  process.env.CONFORMANCE_SDK ? path.join(process.env.CONFORMANCE_SDK, "package.json") : import.meta.url,
);

/** All that the SDK exports. */
export const sdk = load(PACKAGE);

/** The SDK's version, from its own package.json, which its exports hide. */
export const VERSION = installedVersion(load.resolve(PACKAGE));

function installedVersion(file) {
  for (let directory = path.dirname(file); directory !== path.dirname(directory);) {
    try {
      const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
      if (manifest.name === PACKAGE) {
        return manifest.version;
      }
    } catch (error) {
      if (error.code !== "ENOENT") {
        throw error;
      }
    }
    directory = path.dirname(directory);
  }
  throw new Error(`${file} belongs to no ${PACKAGE}`);
}
