"""Scenarios that fill the table of parameters: made by a program, read and run as any other."""
