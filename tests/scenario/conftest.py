"""Hypothesis for the scenario language's tests: a busy machine is no failure."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("scenario", deadline=None)
settings.load_profile("scenario")
