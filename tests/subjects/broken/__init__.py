"""Subjects that misbehave; each file is a script of its own."""
