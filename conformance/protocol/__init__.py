"""What a harness and the lab say to each other: messages, features, schemas. docs/harness.md is its prose."""
