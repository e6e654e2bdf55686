// The JavaScript here: the harness, the script of the HTML report, and what drives that page in a test.

import js from "@eslint/js";
import globals from "globals";

const rules = {
  "array-callback-return": "error",
  curly: "error",
  eqeqeq: "error",
  "no-constant-binary-expression": "error",
  "no-shadow": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
  "no-use-before-define": ["error", { functions: false, variables: false }],
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
  "require-atomic-updates": "error",
};

export default [
  js.configs.recommended,
  {
    files: ["js_harness/**/*.mjs", "tests/bench/*.mjs", "tests/browser/*.mjs", "eslint.config.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules,
  },
  {
    files: ["conformance/report/page/js/*.js"],
    languageOptions: { ecmaVersion: 2024, sourceType: "module", globals: globals.browser },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules,
  },
  {
    // What is evaluated in the page stands among what drives it.
    files: ["tests/browser/*.mjs"],
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
  },
];
