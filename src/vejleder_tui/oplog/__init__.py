"""The operation log: the truth that the tables are folded from."""
