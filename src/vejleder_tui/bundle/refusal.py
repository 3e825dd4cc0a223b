"""The one way in which a bundle is refused: what a person is told, and a word for programs."""

from __future__ import annotations

from enum import StrEnum

from vejleder_tui import __version__
from vejleder_tui.errors import RefusedError
from vejleder_tui.i18n import _

__all__ = ["BundleRefusedError", "Reason", "newer", "not_for_us", "tampered"]


class Reason(StrEnum):
    """Why a bundle is not taken."""

    TAMPERED = "tampered"
    NOT_FOR_US = "not_for_us"
    NEWER = "newer"


class BundleRefusedError(RefusedError):
    """A bundle that is not taken.

    `reason` is for programs; `detail` names the place in the file (a member, a line number, a rule), never what stands
    there, so it may go into a log.
    """

    def __init__(self, message: str, remedy: str, reason: Reason, detail: str) -> None:
        super().__init__(message, remedy)
        self.reason = reason
        self.detail = detail


def tampered(detail: str) -> BundleRefusedError:
    """Return the refusal of a file that is changed, damaged or outside the limits."""
    return BundleRefusedError(
        _("Pakken er ændret eller beskadiget. Intet er indlæst."),
        _("Bed afsenderen om at skrive den igen, og behold den gamle."),
        Reason.TAMPERED,
        detail,
    )


def not_for_us(detail: str) -> BundleRefusedError:
    """Return the refusal of a file that none of the given keys opens."""
    return BundleRefusedError(
        _("Pakken er låst til en anden modtager og kan ikke åbnes her."),
        _("Send afsenderen nøglefilen (k), og bed om en ny pakke."),
        Reason.NOT_FOR_US,
        detail,
    )


def newer(version: str, detail: str) -> BundleRefusedError:
    """Return the refusal of a file that only a later program (`version`, as the file names it) can read."""
    return BundleRefusedError(
        _("Pakken er skrevet med version {theirs}. Denne er {ours}. Intet er indlæst.").format(
            theirs=version, ours=__version__
        ),
        _("Opdatér Vejleder, og indlæs pakken igen."),
        Reason.NEWER,
        detail,
    )
