"""AWS's own conformance handlers, run as they are and judged with AWS's own requirements and matcher."""
