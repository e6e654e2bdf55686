"""Cross-SDK wire-parity conformance suite for AWS Lambda durable execution SDKs."""

__version__ = "0.1.0"
