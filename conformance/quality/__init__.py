"""How good the suite itself is: mutation testing and coverage."""
