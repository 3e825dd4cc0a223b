"""The sync bundle: age around zstd around tar, signed; written in one stream and read as if it were hostile.

The format is in docs/bundle-format.md. This package takes and gives plain values: it knows neither store nor log.
"""
