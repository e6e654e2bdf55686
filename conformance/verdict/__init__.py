"""From recordings to verdicts: the layers, the ledger, and the judge over them."""
