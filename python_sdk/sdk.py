"""The SDK under test, as it is published: found, loaded and never changed here."""

from __future__ import annotations

from importlib.metadata import version

import aws_durable_execution_sdk_python as package
from aws_durable_execution_sdk_python import config, logger, retries, serdes, types, waits
from aws_durable_execution_sdk_python.concurrency import models

__all__ = ["NAME", "VERSION", "config", "logger", "models", "package", "retries", "serdes", "types", "waits"]

NAME = "python"
VERSION = version("aws-durable-execution-sdk-python")
