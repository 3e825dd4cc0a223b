"""Figures as ratios, each taken side by side in one run: `uv run python -m benchmarks`."""
