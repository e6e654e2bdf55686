"""Programs that nobody wrote, run through both SDKs: what they show must be known to the ledger."""
