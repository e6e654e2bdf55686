"""Mutation testing of the suite: recordings and live SDKs made wrong on purpose, and who notices which."""
