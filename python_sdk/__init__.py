"""The Python subject: interprets scenarios with the published Python SDK."""
