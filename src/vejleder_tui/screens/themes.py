"""The three themes: dark, light, high contrast. Blue and orange only: they differ for every kind of sight."""

from __future__ import annotations

from textual.theme import Theme

__all__ = ["DEFAULT", "THEMES"]

DEFAULT = "vejleder-dark"

THEMES = (
    Theme(
        name=DEFAULT,
        primary="#7fb4e6",
        secondary="#9aa5b1",
        accent="#e8a33d",
        warning="#e8a33d",
        error="#ffb454",
        success="#7fb4e6",
        foreground="#e6e6e6",
        background="#14181d",
        surface="#1b2027",
        panel="#232a33",
        dark=True,
    ),
    Theme(
        name="vejleder-light",
        primary="#0b5394",
        secondary="#4d5a66",
        accent="#9c4a00",
        warning="#9c4a00",
        error="#8a3b00",
        success="#0b5394",
        foreground="#16191c",
        background="#fbfbf8",
        surface="#f1f1ec",
        panel="#e4e4dd",
        dark=False,
    ),
    Theme(
        name="vejleder-contrast",
        primary="#ffffff",
        secondary="#ffffff",
        accent="#ffd000",
        warning="#ffd000",
        error="#ffd000",
        success="#ffffff",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#000000",
        dark=True,
    ),
)
