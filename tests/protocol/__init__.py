"""The harness protocol."""
