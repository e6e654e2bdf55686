"""From recordings to verdicts: the layers, the policies, the ledger, and the judge over them."""
