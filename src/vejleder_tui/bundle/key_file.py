"""Key files on the disk: read with a bound, written beside nothing that was there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from vejleder_tui.bundle.keys import no_identity
from vejleder_tui.errors import NotFoundError, NotSavedError, RuleError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from vejleder_tui.bundle.keys import KeyCard

__all__ = ["read_key_file", "save_key_card"]

_LONGEST = 1024 * 1024


def read_key_file(name: str, *, pipes: bool = False, private: bool = False) -> str:
    """Return the text of a key file, or of a pipe if `pipes`; raises NotFoundError, and RuleError when it is no text.

    `private`: it is to hold a private key, and what is told of another file says so.
    """
    try:
        path = Path(name).expanduser()
        if not pipes and not path.is_file():  # a pipe or a device would keep the program waiting
            raise FileNotFoundError
        with path.open("rb") as file:
            return file.read(_LONGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if private:
            raise no_identity() from error
        raise RuleError(
            _("Det er ikke en modtagernøgle."), _("Giv en nøglefil fra Vejleder eller en linje, der begynder med age1.")
        ) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise NotFoundError(
            _("Filen kan ikke åbnes: {path}.").format(path=name), _("Se efter, om navn og mappe er rigtige.")
        ) from error


def save_key_card(card: KeyCard, target: Path) -> Path:
    """Write a key card and return where: `target` itself, or in it under a name of its own if it is a folder.

    A card of the same device is replaced. Raises NotSavedError.
    """
    path = target / f"vejleder-nøglefil-{card.device[:8]}.json" if target.is_dir() else target
    try:
        path.write_text(card.to_json(), encoding="utf-8")
    except OSError as error:
        raise NotSavedError(_("Nøglefilen er ikke gemt."), _("Vælg en anden mappe.")) from error
    return path
