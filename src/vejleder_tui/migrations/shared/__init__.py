"""Versions of the records and the log, on laptops and at the centre."""
