"""The encrypted local store: open, unlock, lock, guard, back up, check."""
