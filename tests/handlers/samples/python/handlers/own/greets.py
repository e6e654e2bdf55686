"""One step, by the name that the environment gives."""

import os
from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution


@durable_execution
def handler(event: Any, context: DurableContext) -> Any:
    return context.step(lambda _: f"{os.environ['GREETING']}, {event}!")
