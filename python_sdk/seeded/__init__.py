"""Seeded faults of the SDK, a module for each part of it that they break."""
