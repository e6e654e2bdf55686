#!/usr/bin/env bash
# Runs the scenarios as the action's inputs say, which come through the environment: what is in them is never read
# as part of a command. Its exit code is that of `conformance run`.
set -uo pipefail

arguments=(--subject "$SUBJECT" --json "$REPORT/report.json" --junit "$REPORT/junit.xml")
arguments+=(--html "$REPORT/report.html" --sarif "$REPORT/report.sarif" --markdown "$REPORT/summary.md")
arguments+=(--out "$REPORT/recordings")
if [ -n "${REFERENCE:-}" ]; then arguments+=(--reference "$REFERENCE"); fi
if [ -n "${BASELINE:-}" ]; then arguments+=(--baseline "$BASELINE"); fi
if [ "${STRICT:-}" = true ]; then arguments+=(--strict); fi
set -o noglob
# shellcheck disable=SC2086 # patterns are words separated by spaces
"$CONFORMANCE" run "${arguments[@]}" -- ${PATTERNS:-}
code=$?
echo "exit-code=$code" >> "$GITHUB_OUTPUT"
"$PYTHON" - "$REPORT/report.json" >> "$GITHUB_OUTPUT" <<'PYTHON'
import json, sys

try:
    with open(sys.argv[1], encoding="utf-8") as file:
        report = json.load(file)
except (OSError, ValueError):
    report = {"causes": [], "baseline": None}
print(f"causes={len(report['causes'])}")
print(f"new={len(report['baseline']['new']) if report['baseline'] else ''}")
print(f"fixed={len(report['baseline']['fixed']) if report['baseline'] else ''}")
PYTHON
exit "$code"
