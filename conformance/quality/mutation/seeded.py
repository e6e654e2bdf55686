"""The seeded faults that the harnesses know, each with the scenarios that come to what it breaks."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Seeded:
    """A seeded fault by the name that an SDK's harness gives it, and globs over scenarios that come to it."""

    sdk: str
    name: str
    scenarios: tuple[str, ...]

    @property
    def id(self) -> str:
        """How the matrix calls it."""
        return f"{self.sdk}+mutant:{self.name}"

    def shows_in(self, scenario: str) -> bool:
        """Whether a scenario comes to it."""
        return any(fnmatchcase(scenario, glob) for glob in self.scenarios)


REAL = ("nested/*", "errors/*child*", "replay/*child*", "aws/child/*", "cells/real-*")
VIRTUAL = ("virtual/*", "flat/*", "inside/*", "cells/*virtual*", "cells/*flat*")
FAILING = (
    "virtual/*fails*",
    "virtual/*caught*",
    "virtual/raised*",
    "flat/fails*",
    "inside/*",
    "cells/*virtual",
)
RETRIED = ("retries/*", "aws/step/*", "*/*retr*")

SEEDED: tuple[Seeded, ...] = (
    Seeded("python", "phantom-fail", FAILING),
    Seeded("python", "orphan-parent", VIRTUAL),
    Seeded("python", "lost-start", REAL),
    Seeded("python", "double-end", REAL),
    Seeded("python", "retry-delay", RETRIED),
    Seeded("python", "wrong-sub-type", ("nested/*map*", "batches/*", "aws/map/*", "cells/*nested-map*")),
    Seeded("python", "unprefixed-ids", ("virtual/*", "inside/virtual*", "cells/*virtual*")),
    Seeded("python", "body-again", ("replay/*", "virtual/*", "aws/step/*", "errors/*")),
    Seeded("python", "no-replay-children", ("aws/child/3-11", "aws/map/9-16", "aws/parallel/*")),
    Seeded("python", "no-limit", ("batches/*", "flat/*", "aws/map/*", "aws/parallel/*")),
    Seeded("python", "unawaited-end", ("faults/child-kept-late", "nested/*")),
    Seeded("python", "retryable-is-final", ("errors/retryable-*",)),
    Seeded("python", "lost-result", ("control/values", "virtual/depth-four", "virtual/nested")),
    Seeded(
        "python",
        "virtual-is-real",
        ("virtual/*", "control/logs-in-a-virtual*", "inside/virtual*", "cells/*virtual*"),
    ),
    Seeded("python", "virtual-fail-swallowed", ("virtual/*fails*", "virtual/caught*", "virtual/raised*")),
    Seeded(
        "python",
        "child-fail-swallowed",
        ("errors/caught-child", "errors/one-after*", "aws/child/*", "errors/through*", "cells/real-real*"),
    ),
    Seeded(
        "python",
        "child-result-lost",
        ("replay/finished-child", "nested/real-children", "aws/child/*", "cells/real-real*"),
    ),
    Seeded("python", "child-named-late", ("nested/real-children", "aws/child/*", "cells/real-*")),
    Seeded("python", "child-raises-step-error", ("errors/*child*", "cells/real-real*", "virtual/*fails*")),
    Seeded("python", "grandparent", ("nested/*child*", "cells/real-real*", "aws/child/*", "cells/*-real")),
    Seeded("python", "large-inline", ("large/child*", "large/flat-map", "large/nested-map")),
    Seeded(
        "python",
        "summary-is-result",
        ("large/child*", "large/flat-map", "large/nested-map", "aws/child/3-1*"),
    ),
    Seeded("python", "changed-program-taken", ("determinism/*",)),
    Seeded("python", "retry-group-rushes", ("retries/group*", "inside/*with-retry")),
    Seeded("python", "attempt-stuck", ("aws/step/*", "retries/*")),
    Seeded("python", "one-more-try", ("retries/exponential*", "retries/by-type", "aws/step/*")),
    Seeded("python", "any-error-retried", ("retries/*by-type", "aws/step/*")),
    Seeded("python", "back-off-unbounded", ("retries/exponential*", "retries/back-off*", "aws/step/*")),
    Seeded("python", "linear-is-constant", ("retries/linear*", "aws/step/*")),
    Seeded(
        "python",
        "early-body",
        (
            "replay/crash-at-most*",
            "faults/*start*",
            "aws/step/*",
            "misuse/wait-in-at-most*",
            "flat/left-behind-step",
        ),
    ),
    Seeded(
        "python",
        "interrupted-again",
        ("replay/crash-at-most*", "aws/step/*", "flat/crashes", "faults/crash*"),
    ),
    Seeded(
        "python", "step-error-swallowed", ("errors/caught-step", "errors/one-after*", "aws/step/*", "cells/*")
    ),
    Seeded("python", "falsy-is-null", ("control/values", "replay/*", "aws/step/*")),
    Seeded(
        "python", "condition-forgets", ("aws/wait_for_condition/*", "errors/condition*", "inside/*condition*")
    ),
    Seeded(
        "python", "condition-late", ("aws/wait_for_condition/*", "retries/condition*", "inside/*condition*")
    ),
    Seeded(
        "python",
        "condition-fails-as-step",
        ("aws/wait_for_condition/*", "errors/condition*", "inside/*condition*"),
    ),
    Seeded("python", "flat-is-nested", ("flat/*", "cells/*flat*")),
    Seeded("python", "nested-is-flat", ("nested/*", "cells/*nested*", "batches/*")),
    Seeded("python", "branches-from-one", ("nested/*", "flat/*", "cells/*map*", "batches/*")),
    Seeded("python", "branch-names-lost", ("nested/named*", "aws/map/*", "aws/parallel/*")),
    Seeded(
        "python",
        "one-more-success",
        ("batches/*min*", "batches/first-of-two", "batches/last*", "completions/*enough", "aws/map/*"),
    ),
    Seeded(
        "python",
        "one-failure-fewer",
        ("batches/tolera*", "flat/fails-tolerated", "aws/map/*", "aws/parallel/*"),
    ),
    Seeded(
        "python",
        "percentage-is-a-count",
        ("batches/*percentage*", "batches/fractions", "aws/map/*", "aws/parallel/*"),
    ),
    Seeded(
        "python",
        "empty-completion-tolerates",
        ("batches/empty-completion*", "flat/empty-completion*", "aws/parallel/*", "aws/map/*"),
    ),
    Seeded("python", "reversed-results", ("batches/*", "flat/map", "nested/map", "aws/map/*")),
    Seeded(
        "python",
        "started-dropped",
        ("completions/*enough", "batches/first-of-two", "batches/left-behind*", "batches/ends-by*"),
    ),
    Seeded("python", "hook-ignored", ("batches/*hook*", "large/hook*", "aws/map/*", "aws/parallel/*")),
    Seeded("python", "error-not-thrown", ("batches/throws", "cells/*", "aws/map/*", "errors/one-after*")),
    Seeded("python", "left-behind-writes", ("*/left-behind*", "completions/*enough")),
    Seeded(
        "python",
        "minutes-are-seconds",
        ("replay/units", "service/callback-timeouts", "aws/wait/*", "completions/*beside-wait"),
    ),
    Seeded("python", "wait-not-waited", ("replay/*", "aws/wait/*", "virtual/waits*", "control/*")),
    Seeded(
        "python",
        "timeout-lost",
        (
            "service/callback-timeouts",
            "aws/callback/*",
            "aws/wait_for_callback/*",
            "errors/callback-timeout*",
        ),
    ),
    Seeded(
        "python",
        "heartbeat-lost",
        ("service/heartbeats*", "service/callback-timeouts", "aws/callback/*", "aws/wait_for_callback/*"),
    ),
    Seeded(
        "python",
        "wrong-callback-id",
        ("aws/callback/*", "aws/wait_for_callback/*", "service/callback*", "inside/*callback*"),
    ),
    Seeded(
        "python",
        "callback-error-swallowed",
        ("errors/callback*", "aws/callback/*", "service/callback-fails*"),
    ),
    Seeded(
        "python",
        "timeout-is-external",
        ("errors/callback-timeout*", "aws/callback/*", "aws/wait_for_callback/*", "service/callback*"),
    ),
    Seeded("python", "submitter-not-retried", ("parameters/wait-for-callbacks-*",)),
    Seeded("python", "tenant-lost", ("service/tenants", "aws/invoke/*")),
    Seeded("python", "payload-twice", ("aws/invoke/*", "service/invoke*", "inside/*invoke")),
    Seeded("python", "invoke-error-swallowed", ("aws/invoke/*", "errors/invoke*", "service/plain*")),
    Seeded("python", "stopped-forgotten", ("service/target-stopped*",)),
    Seeded(
        "python",
        "timed-out-forgotten",
        ("service/target-timed-out*", "errors/callback-timeout*", "aws/callback/*"),
    ),
    Seeded(
        "python", "invoke-raises-step-error", ("service/target-stopped*", "aws/invoke/*", "errors/invoke*")
    ),
    Seeded("python", "plain-json", ("control/values", "batches/objects", "aws/step/*", "aws/child/*")),
    Seeded(
        "python",
        "data-lost",
        (
            "errors/callback-caught",
            "errors/wait-for-callback-caught",
            "aws/callback/*",
            "aws/wait_for_callback/*",
        ),
    ),
    Seeded("python", "message-cut", ("errors/*step*", "parameters/errors-*", "parameters/retries-*")),
    Seeded("python", "error-is-exception", ("errors/*step*", "parameters/errors-*", "parameters/retries-*")),
    Seeded("python", "falsy-input-lost", ("service/input-*",)),
    Seeded("python", "first-page-only", ("faults/page*", "faults/no-state*")),
    Seeded("python", "large-answer", ("large/result*",)),
    Seeded("python", "needless-checkpoint", ("aws/step/*", "virtual/*", "nested/*")),
    Seeded("js", "phantom-fail", FAILING),
    Seeded("js", "orphan-parent", VIRTUAL),
    Seeded("js", "lost-start", REAL),
    Seeded("js", "retry-delay", RETRIED),
    Seeded("js", "grandparent", ("nested/*child*", "cells/real-real*", "aws/child/*", "cells/*-real")),
    Seeded("js", "unprefixed-ids", ("virtual/*", "inside/virtual*", "cells/*virtual*")),
    Seeded("js", "virtual-fail-swallowed", ("virtual/*fails*", "virtual/caught*", "virtual/raised*")),
    Seeded(
        "js",
        "virtual-is-real",
        ("virtual/*", "control/logs-in-a-virtual*", "inside/virtual*", "cells/*virtual*"),
    ),
    Seeded("js", "double-end", REAL),
    Seeded(
        "js",
        "child-result-lost",
        ("replay/finished-child", "nested/real-children", "aws/child/*", "cells/real-real*"),
    ),
    Seeded("js", "child-named-late", ("nested/real-children", "aws/child/*", "cells/real-*")),
    Seeded("js", "no-replay-children", ("aws/child/3-11", "aws/map/9-16", "aws/parallel/*", "large/child*")),
    Seeded("js", "attempt-stuck", ("aws/step/*", "retries/*")),
    Seeded("js", "one-more-try", ("retries/exponential*", "retries/by-type", "aws/step/*")),
    Seeded(
        "js",
        "early-body",
        (
            "replay/crash-at-most*",
            "faults/*start*",
            "aws/step/*",
            "misuse/wait-in-at-most*",
            "flat/left-behind-step",
        ),
    ),
    Seeded("js", "falsy-is-null", ("control/values", "replay/*", "aws/step/*")),
    Seeded(
        "js", "step-error-swallowed", ("errors/caught-step", "errors/one-after*", "aws/step/*", "cells/*")
    ),
    Seeded("js", "condition-late", ("aws/wait_for_condition/*", "retries/condition*", "inside/*condition*")),
    Seeded(
        "js", "condition-forgets", ("aws/wait_for_condition/*", "errors/condition*", "inside/*condition*")
    ),
    Seeded("js", "message-cut", ("errors/*step*", "parameters/errors-*", "parameters/retries-*")),
    Seeded("js", "error-is-error", ("errors/*step*", "parameters/errors-*", "parameters/retries-*")),
    Seeded("js", "branch-names-lost", ("nested/named*", "aws/map/*", "aws/parallel/*")),
    Seeded("js", "no-limit", ("batches/*", "flat/*", "aws/map/*", "aws/parallel/*")),
    Seeded("js", "flat-is-nested", ("flat/*", "cells/*flat*")),
    Seeded("js", "nested-is-flat", ("nested/*", "cells/*nested*", "batches/*")),
    Seeded(
        "js",
        "one-more-success",
        ("batches/*min*", "batches/first-of-two", "batches/last*", "completions/*enough", "aws/map/*"),
    ),
    Seeded(
        "js", "one-failure-fewer", ("batches/tolera*", "flat/fails-tolerated", "aws/map/*", "aws/parallel/*")
    ),
    Seeded(
        "js",
        "percentage-is-a-count",
        ("batches/*percentage*", "batches/fractions", "aws/map/*", "aws/parallel/*"),
    ),
    Seeded("js", "reversed-results", ("batches/*", "flat/map", "nested/map", "aws/map/*")),
    Seeded("js", "error-not-thrown", ("batches/throws", "cells/*", "aws/map/*", "errors/one-after*")),
    Seeded("js", "wrong-sub-type", ("nested/*map*", "batches/*", "aws/map/*", "cells/*nested-map*")),
    Seeded(
        "js",
        "minutes-are-seconds",
        ("replay/units", "service/callback-timeouts", "aws/wait/*", "completions/*beside-wait"),
    ),
    Seeded("js", "submitter-not-retried", ("parameters/wait-for-callbacks-*",)),
    Seeded(
        "js", "callback-error-swallowed", ("errors/callback*", "aws/callback/*", "service/callback-fails*")
    ),
    Seeded(
        "js",
        "wrong-callback-id",
        ("aws/callback/*", "aws/wait_for_callback/*", "service/callback*", "inside/*callback*"),
    ),
    Seeded("js", "invoke-error-swallowed", ("aws/invoke/*", "errors/invoke*", "service/plain*")),
    Seeded(
        "js",
        "timeout-lost",
        (
            "service/callback-timeouts",
            "aws/callback/*",
            "aws/wait_for_callback/*",
            "errors/callback-timeout*",
        ),
    ),
    Seeded(
        "js",
        "heartbeat-lost",
        ("service/heartbeats*", "service/callback-timeouts", "aws/callback/*", "aws/wait_for_callback/*"),
    ),
    Seeded("js", "tenant-lost", ("service/tenants", "aws/invoke/*")),
    Seeded("js", "payload-twice", ("aws/invoke/*", "service/invoke*", "inside/*invoke")),
    Seeded("js", "wait-longer", ("replay/*", "aws/wait/*", "virtual/waits*")),
)
"""All that the harnesses know."""
