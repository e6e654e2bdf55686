"""What a scenario alone predicts: operations, their parents and lifecycles, values, and how it ends."""
