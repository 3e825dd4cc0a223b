"""Pure functions: the rules and the arithmetic."""
