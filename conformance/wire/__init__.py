"""What is on the wire: its schema, recordings of it, operation identity, the canonical stream."""
