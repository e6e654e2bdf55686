"""Mutants of an SDK's own source: a mutation library's operators over the modules that speak the protocol."""
