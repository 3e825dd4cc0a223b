"""`python -m vejleder_tui` is the command `vejleder`."""

from vejleder_tui.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
