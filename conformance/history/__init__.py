"""What versions of SDKs came to, one beside the other: recorded, held against what is pinned, and told."""
