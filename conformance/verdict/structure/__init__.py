"""The structure layer: what a scenario alone says must be on the wire."""

from conformance.oracle.plan import Expected, Lifecycle, Plan
from conformance.oracle.prediction import predict
from conformance.verdict.structure.check import check

__all__ = ["Expected", "Lifecycle", "Plan", "check", "predict"]
