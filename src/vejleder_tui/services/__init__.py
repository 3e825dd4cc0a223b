"""The write side: one use case is one function."""
