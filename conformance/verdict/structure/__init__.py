"""The structure layer: what a scenario alone says must be on the wire."""

from conformance.verdict.structure.check import check
from conformance.verdict.structure.oracle import predict
from conformance.verdict.structure.plan import Expected, Lifecycle, Plan

__all__ = ["Expected", "Lifecycle", "Plan", "check", "predict"]
