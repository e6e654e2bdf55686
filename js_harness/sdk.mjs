// The SDK under test, as it is published: found, loaded and never changed here.
//
// It comes as two builds: `import` gets the one of ES modules, `require` the one of CommonJS. They are two files of one
// source, and users have either. CONFORMANCE_BUILD says which one is loaded: `cjs`, or the other without it.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";

const PACKAGE = "@aws/durable-execution-sdk-js";

export const NAME = "js";

/** Loads what is installed in the directory that holds the subject's node_modules; else what the harness has itself. */
export const load = createRequire(
  process.env.CONFORMANCE_SDK ? path.join(process.env.CONFORMANCE_SDK, "package.json") : import.meta.url,
);

const own = installed(load.resolve(PACKAGE));

/** The SDK's version, from its own package.json, which its exports hide. */
export const VERSION = own.manifest.version;

/** All that the SDK exports. */
export const sdk =
  process.env.CONFORMANCE_BUILD === "cjs" ? load(PACKAGE) : await import(pathToFileURL(esm(own)));

/** The package that a file belongs to. */
function installed(file) {
  for (let directory = path.dirname(file); directory !== path.dirname(directory);) {
    try {
      const manifest = JSON.parse(readFileSync(path.join(directory, "package.json"), "utf8"));
      if (manifest.name === PACKAGE) {
        return { directory, manifest };
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

/** The file that `import` gets, which `import` itself finds only for a module that lies beside the SDK. */
function esm({ directory, manifest }) {
  const file = manifest.exports?.["."]?.import;
  if (typeof file !== "string") {
    throw new Error(`${PACKAGE} ${manifest.version} has no build of ES modules`);
  }
  return path.join(directory, file);
}
