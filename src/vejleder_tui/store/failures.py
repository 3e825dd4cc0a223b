"""What the driver and the disk say, in words that a person can act on."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from vejleder_tui.clock import local
from vejleder_tui.errors import BusyError, NotSavedError, StoreError, VejlederError
from vejleder_tui.i18n import _

if TYPE_CHECKING:
    from datetime import datetime

__all__ = [
    "DamagedError",
    "busy_elsewhere",
    "busy_moment",
    "damaged",
    "disk_full",
    "is_database_error",
    "read_only",
    "translate_error",
]

# SQLite's primary result codes (https://sqlite.org/rescode.html); the low byte of every extended code.
_BUSY: Final = 5
_LOCKED: Final = 6
_READONLY: Final = 8
_IOERR: Final = 10
_CORRUPT: Final = 11
_FULL: Final = 13
_CANTOPEN: Final = 14
_PERM: Final = 3
_CONSTRAINT: Final = 19
_NOTADB: Final = 26

_NO_SPACE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_NO_RIGHT = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class DamagedError(StoreError):
    """The key is right, but the database or the key file does not hold together."""


def disk_full() -> NotSavedError:
    """Return the error for a disk without room; the transaction is rolled back."""
    return NotSavedError(
        _("Ikke gemt: disken er fuld. Markeringen står her endnu."), _("Gør plads, og tryk på tasten igen.")
    )


def read_only() -> NotSavedError:
    """Return the error for a folder that cannot be written to."""
    return NotSavedError(
        _("Ikke gemt: der kan ikke skrives i mappen. Der mangler rettigheder."),
        _("Kontakt it-support, og tryk på tasten igen bagefter."),
    )


def disk_failed() -> NotSavedError:
    """Return the error for a disk that answers with a fault of its own."""
    return NotSavedError(
        _("Ikke gemt: disken svarede med en fejl. Markeringen står her endnu."),
        _("Tryk på tasten igen. Sker det igen, så kontakt it-support."),
    )


def busy_moment() -> BusyError:
    """Return the error for a write that waited for another command's write in vain."""
    return BusyError(_("Et andet program skriver i registreringerne lige nu."), _("Prøv igen om et øjeblik."))


def busy_elsewhere(initials: str, since: datetime | None) -> BusyError:
    """Return the error for a store that another window writes to; `since` is shown in Danish time."""
    if initials and since is not None:
        message = _(
            "Registreringerne er åbne i et andet vindue ({who} siden {time}). Kun ét vindue kan skrive."
        ).format(who=initials, time=local(since).strftime("%H:%M"))
    else:
        message = _("Registreringerne er åbne i et andet vindue. Kun ét vindue kan skrive.")
    return BusyError(message, _("Luk det andet, eller vælg Kun læsning."))


def damaged(newest_backup: datetime | None) -> DamagedError:
    """Return the error for a database that the right key cannot read, naming the newest backup if there is one."""
    message = _("Filen med registreringer er beskadiget. Adgangssætningen er rigtig, og intet er ændret.")
    if newest_backup is None:
        return DamagedError(message, _("Der er ingen kopi på denne maskine. Rør ikke mappen, og kontakt it-support."))
    time = local(newest_backup).strftime("%d-%m %H:%M")
    return DamagedError(message, _("Gendan kopien fra {time}: vejleder restore").format(time=time))


def is_database_error(error: BaseException) -> bool:
    """Tell whether `error` comes from the driver, by itself or wrapped by SQLAlchemy."""
    return _code(error) is not None


def _code(error: BaseException) -> int | None:
    code = getattr(getattr(error, "orig", None) or error, "sqlite_errorcode", None)
    return code if isinstance(code, int) else None


_MAKERS: Final = {
    _FULL: disk_full,
    _READONLY: read_only,
    _PERM: read_only,
    _CANTOPEN: read_only,
    _IOERR: disk_failed,
    _BUSY: busy_moment,
    _LOCKED: busy_moment,
}


def _translate_system(error: OSError) -> NotSavedError:
    if error.errno in _NO_SPACE:
        return disk_full()
    return read_only() if error.errno in _NO_RIGHT else disk_failed()


def translate_error(error: BaseException, *, newest_backup: datetime | None = None) -> VejlederError:
    """Return what to tell the user of a driver's, SQLAlchemy's or operating system's error, by its code.

    A VejlederError is returned as it is. Texts of the driver never reach the user: they may name columns.
    """
    if isinstance(error, VejlederError):
        return error
    if isinstance(error, OSError):
        return _translate_system(error)
    code = _code(error)
    primary = None if code is None else code & 0xFF
    if primary in _MAKERS:
        return _MAKERS[primary]()
    if primary in (_CORRUPT, _NOTADB):
        return damaged(newest_backup)
    if primary == _CONSTRAINT:
        return NotSavedError(
            _("Ikke gemt: ændringen passer ikke med det, der allerede står i registreringerne."),
            _("Luk skærmen, åbn den igen, og prøv en gang til."),
        )
    return StoreError(_("Registreringerne svarede med en fejl. Intet er ændret."), _("Kør: vejleder check"))
