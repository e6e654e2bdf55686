"""How good the referee is: mutants of recordings and of live SDKs before it, and who notices which."""
