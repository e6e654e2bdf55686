"""What the scenarios cover, from runs that showed it."""
