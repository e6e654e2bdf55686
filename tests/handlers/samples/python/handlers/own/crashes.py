"""A step whose process dies as often as the environment says; a table keeps count."""

import os
import time
from typing import Any

import boto3
from aws_durable_execution_sdk_python import DurableContext, durable_execution

TABLE = boto3.client("dynamodb")


@durable_execution
def handler(event: Any, context: DurableContext) -> Any:
    key = {"id": {"S": os.environ["AWS_LAMBDA_FUNCTION_NAME"]}}

    def body(_: Any) -> Any:
        told = TABLE.update_item(
            TableName=os.environ["TABLE"],
            Key=key,
            UpdateExpression="SET #n = if_not_exists(#n, :none) + :one, last = :at",
            ExpressionAttributeNames={"#n": "count"},
            ExpressionAttributeValues={":none": {"N": "0"}, ":one": {"N": "1"}, ":at": {"S": str(event)}},
            ReturnValues="UPDATED_NEW",
        )
        if int(told["Attributes"]["count"]["N"]) <= int(os.environ["CRASHES"]):
            time.sleep(1)  # what began is sent meanwhile: a step that may run twice does not wait for that
            os._exit(1)
        kept = TABLE.get_item(TableName=os.environ["TABLE"], Key=key)["Item"]
        return kept["last"]["S"]

    return context.run_in_child_context(lambda child: child.step(body))
