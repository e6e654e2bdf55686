"""A target that calls another: what it was given comes back from there, if that is who it says."""

from typing import Any

from aws_durable_execution_sdk_python import DurableContext, durable_execution


@durable_execution
def handler(event: Any, context: DurableContext) -> Any:
    told, name = context.invoke("Plain", event)
    return told if name == "Plain" else name
