"""A run from its plan to verdicts: session, events and their log, collation, recordings on disk."""
