"""One base error, its exit codes, and the few kinds that callers tell apart."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a command's exit code means; the same table stands in docs/commands.md."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    PASSPHRASE = 3
    STORE = 4
    BUSY = 5
    NOT_SAVED = 6
    REFUSED = 7
    NO_RECIPIENT = 8
    RULE = 9
    NOT_FOUND = 10
    CANCELLED = 11


class VejlederError(Exception):
    """An error that a person is told: what happened and why, and what to do next.

    `message` and `remedy` are already in the user's language and hold no personal data.
    `str(error)` is the whole sentence. `code` is the exit code of a command that ends with it.
    """

    code: ExitCode = ExitCode.UNEXPECTED

    def __init__(self, message: str, remedy: str = "", *, code: ExitCode | None = None) -> None:
        super().__init__(f"{message} {remedy}".strip())
        self.message = message
        self.remedy = remedy
        if code is not None:
            self.code = code


class RuleError(VejlederError):
    """What was given breaks a rule; `field` names the field it stands under ("" = the whole form)."""

    code = ExitCode.RULE

    def __init__(self, message: str, remedy: str = "", *, field: str = "") -> None:
        super().__init__(message, remedy)
        self.field = field


class NotFoundError(VejlederError):
    """What was asked for is not in the store."""

    code = ExitCode.NOT_FOUND


class PassphraseError(VejlederError):
    """The passphrase, recovery code or key opens no slot."""

    code = ExitCode.PASSPHRASE


class StoreError(VejlederError):
    """The store is missing, damaged, or of a newer version."""

    code = ExitCode.STORE


class BusyError(VejlederError):
    """Another program holds the right to write."""

    code = ExitCode.BUSY


class NotSavedError(VejlederError):
    """The disk refused: full, read-only or gone. Nothing of the transaction is kept."""

    code = ExitCode.NOT_SAVED


class RefusedError(VejlederError):
    """A bundle that is not taken: changed, damaged, sealed for someone else, or from a newer version."""

    code = ExitCode.REFUSED


class NoRecipientError(VejlederError):
    """There is nobody to seal a bundle for."""

    code = ExitCode.NO_RECIPIENT


class UndoError(VejlederError):
    """A step cannot be undone; the message names what stands in the way."""

    code = ExitCode.RULE


class CancelledError(VejlederError):
    """Long work was stopped by the user; nothing half done is left."""

    code = ExitCode.CANCELLED
