"""Who a goal rating or a measurement comes from: KL's *kilde*, in the short words that the screen uses."""

from __future__ import annotations

from dataclasses import dataclass

from vejleder_tui.i18n import language

__all__ = ["DEFAULT_INFORMANT", "INFORMANTS", "Informant", "informant", "informant_word"]


@dataclass(frozen=True)
class Informant:
    """One source: KL's code, the name that commands take, and its words; `short` stands on the first list."""

    code: str
    name: str
    word_da: str
    word_en: str
    short: bool = False

    @property
    def word(self) -> str:
        """The words in the language in use."""
        return self.word_en if language() == "en" else self.word_da


INFORMANTS = (
    Informant(
        "12428e48-7df8-441f-9a89-d92bb7874066", "together", "vejleder og borger sammen", "worker and citizen together",
        short=True,
    ),
    Informant("25b4e705-2e9a-47a2-b11a-c829316b9d3a", "citizen", "borger", "citizen", short=True),
    Informant("8fe80acb-2c2a-4f10-b2b8-ddb77d2f69dc", "worker", "vejleder", "worker", short=True),
    Informant("b66dc78a-a673-43fc-8ac0-1e859ba626e0", "citizen-relative", "borger og pårørende", "citizen and relative"),
    Informant("329774f9-7700-47cf-9c00-63765d9e8078", "worker-relative", "vejleder og pårørende", "worker and relative"),
    Informant("166d2437-4e47-4a52-bd94-cdbe91086ca6", "relative", "pårørende", "relative"),
    Informant("f6ea2920-7dde-491e-a489-6b99a3904069", "caseworker", "sagsbehandler", "caseworker"),
    Informant("f00a6844-1005-401d-965d-1c5859df7beb", "provider", "udfører", "provider"),
    Informant("63338442-7b2e-405b-acc0-142361ef19f1", "other", "andre", "others"),
)  # fmt: skip
"""Every code of KL's list `kl_kilde`, the three that a support worker mostly uses first."""

DEFAULT_INFORMANT = INFORMANTS[0]


def informant(named: str | None) -> Informant | None:
    """Return the source with this KL code or command name, or None."""
    return next((one for one in INFORMANTS if named in (one.code, one.name)), None)


def informant_word(code: str | None) -> str:
    """Return the words for a KL code; an unknown code stands for itself, None is empty."""
    found = informant(code)
    return (code or "") if found is None else found.word
