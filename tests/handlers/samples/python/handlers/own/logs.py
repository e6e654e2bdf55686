"""A child that logs, whether or not it is replayed."""

from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution
from aws_durable_execution_sdk_python.config import Duration


@durable_execution
def handler(event: Any, context: DurableContext) -> Any:
    def body(child: DurableContext) -> Any:
        child.logger.info("at work for %s", event)
        return event

    result = context.run_in_child_context(body, name="logs")
    context.wait(Duration.from_seconds(1))
    return result
