"""What a run tells, and in which forms it is told."""
