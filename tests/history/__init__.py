"""Tests of versions beside each other."""
