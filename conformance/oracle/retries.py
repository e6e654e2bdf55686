"""Whether an SDK's retry strategy grants another attempt. Delays are not structure, so they are not computed.

The defaults are those that both SDKs document: six attempts where no strategy is given and for the linear
preset, three for the exponential strategy's constructor, six for the linear one's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.oracle.flow import Failure
from conformance.oracle.values import UNKNOWN

if TYPE_CHECKING:
    from conformance.scenario.statements import Retry

PRESETS = {"none": 1, "default": 6, "linear-preset": 6}
CONSTRUCTED = {"exponential": 3, "linear": 6}
ENDLESS = 10_000


def grants_another(retry: Retry | None, failure: Failure, attempt: int) -> Any:
    """Whether the strategy retries after the `attempt`th failure (from 1): True, False or `UNKNOWN`."""
    kind = "default" if retry is None else retry.kind
    if kind in PRESETS:
        return attempt < PRESETS[kind]
    if retry is None:  # unreachable: "default" is a preset
        return UNKNOWN
    if kind == "delays":
        return attempt <= len(retry.delays)
    if kind == "fixed":
        return UNKNOWN if retry.attempts is None else attempt < retry.attempts
    if kind not in CONSTRUCTED:
        return UNKNOWN
    attempts = CONSTRUCTED[kind] if retry.attempts is None else retry.attempts
    return False if attempt >= attempts else _retryable(retry, failure)


def grants_nothing(retry: Retry | None, attempt: int) -> bool:
    """Whether the strategy surely ends with the `attempt`th failure: it has no delay for another one."""
    return grants_another(retry, Failure(UNKNOWN, UNKNOWN, UNKNOWN), attempt) is False


def _retryable(retry: Retry, failure: Failure) -> Any:
    """Filters, either of which suffices: an error's message contains a text, its class is named."""
    if retry.errors is None and retry.types is None:
        return True
    if retry.types and failure.kind is UNKNOWN:
        return UNKNOWN
    if failure.kind in (retry.types or ()):
        return True
    if retry.errors and failure.message is UNKNOWN:
        return UNKNOWN
    return any(text in str(failure.message) for text in retry.errors or ())
