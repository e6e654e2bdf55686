"""Subjects: what they are, installing a version of one, its processes, and the Lambda Runtime API."""
