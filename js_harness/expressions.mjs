// Evaluates the templates of a program.

import * as dialect from "./dialect.mjs";
import * as odd from "./odd.mjs";

dialect.install();

/**
 * The template's value where `values` are in scope; neither is changed.
 *
 * @throws {Error} Whatever JSON-e throws when the expression fails; the caller tells the lab.
 */
export function evaluate(template, values) {
  if (odd.isOdd(template)) {
    return odd.value(template);
  }
  return dialect.rendered(template, values);
}
