"""`central`: administration's side, on PostgreSQL, or on SQLite to try it out."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vejleder_tui.cli.digests import print_digest
from vejleder_tui.cli.output import complain, print_json, say, sure, wants_json
from vejleder_tui.errors import CancelledError, ExitCode, VejlederError
from vejleder_tui.i18n import N_, _

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from vejleder_tui.central.database import Centre
    from vejleder_tui.central.intake import Taking
    from vejleder_tui.central.keys import Key
    from vejleder_tui.central.status import DeviceStatus, Status

__all__ = ["register"]

_DATABASE = "VEJLEDER_DATABASE"
_IDENTITY = "VEJLEDER_IDENTITY"

_ROLES = {
    "worker": N_("vejleder"), "coordinator": N_("koordinator"), "exporter": N_("administration"),
    "administration": N_("administration"),
}  # fmt: skip
_WAITS = {
    "gap": N_("noget før dem mangler"), "unknown": N_("nøglen kendes ikke"), "revoked": N_("efter en spærring"),
    "role": N_("kræver en koordinators nøgle"), "refused": N_("kan ikke læses"), "create": N_("rækken mangler"),
    "named": N_("det, de afløser, mangler"), "parent": N_("rækken, de hører til, mangler"),
}  # fmt: skip
_ASIDE = {
    "unknown": N_("afsenderen kendes ikke endnu"), "other_key": N_("en anden nøgle end den, der kendes"),
    "tampered": N_("ændret eller beskadiget"), "not_for_us": N_("låst til en anden"),
    "newer": N_("skrevet med en nyere version"),
}  # fmt: skip


def _word(words: dict[str, str], code: str) -> str:
    """Return a code in the user's language, as it is where there is no word for it."""
    return _(words[code]) if code in words else code


def register(commands: Any, common: argparse.ArgumentParser) -> None:  # noqa: ANN401 - argparse's own type is private
    """Add the commands of this group."""
    central = commands.add_parser("central", parents=[common], help=_("administrationens side"))
    subs = central.add_subparsers(dest="central_command", metavar=_("HVAD"), required=True)

    def command(name: str, text: str, run: Any) -> argparse.ArgumentParser:  # noqa: ANN401 - a function of this module
        made: argparse.ArgumentParser = subs.add_parser(name, parents=[common], help=text)
        made.add_argument(
            "--database", metavar="URL", help=_("postgresql://… eller sqlite:///sti; ellers VEJLEDER_DATABASE")
        )
        made.set_defaults(run=run)
        return made

    def identity(parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--identity", metavar="FILE", help=_("filen med centralens private age-nøgle; ellers VEJLEDER_IDENTITY")
        )

    init = command("init", _("gør databasen klar, og lav centralens nøglefil"), _init)
    identity(init)
    for option, text in (
        ("name", N_("hvad centralen hedder på de bærbare")),
        ("municipality", N_("kommunens kode, fx 0183")),
        ("card", N_("gem nøglefilen til de bærbare her")),
    ):
        init.add_argument(f"--{option}", default="", help=_(text))
    init.add_argument("--roles", action="store_true", help=_("lav rollerne i PostgreSQL (docs/central.md)"))
    trust = command("trust", _("tro på bærbare, og kvittér til dem"), _trust)
    trust.add_argument("cards", metavar="FILE", nargs="+", help=_("de bærbares nøglefiler"))
    trust.add_argument("--role", choices=("worker", "coordinator", "administration"), help=_("rollen, ellers kortets"))
    revoke = command("revoke", _("tro ikke længere på en bærbar"), _revoke)
    revoke.add_argument("words", metavar=_("ORD"), nargs="+", help=_("nøglens ord"))
    discard = command("discard", _("kassér, hvad en ukendt nøgle har skrevet"), _discard)
    discard.add_argument("key", metavar=_("NØGLE"), nargs="+", help=_("nøglens ord, computerens id eller nøglen selv"))
    discard.add_argument("--yes", action="store_true", help=_("spørg ikke først"))
    ingest = command("ingest", _("indlæs pakker"), _ingest)
    identity(ingest)
    ingest.add_argument("targets", metavar="DIR|FILE", nargs="+", help=_("mapper med pakker, eller pakker"))
    ingest.add_argument("--watch", action="store_true", help=_("bliv ved, og tag det, der kommer"))
    ingest.add_argument("--jobs", type=int, default=1, metavar="N", help=_("så mange processer ad gangen"))
    command("status", _("hvem der er hørt fra, hvad der mangler, og hvad der er sat til side"), _status)
    receipts = command("receipts", _("skriv en kvittering til hver bærbar"), _receipts)
    identity(receipts)
    receipts.add_argument("--to", metavar="DIR", required=True, help=_("mappen, som de skrives i"))
    receipts.add_argument("--restored", action="store_true", help=_("databasen er gendannet fra en ældre kopi"))
    command("digest", _("fingeraftryk af alt, der er indlæst"), _digest)
    export = command("export", _("skriv alle rækker til analyse"), _export)
    which = export.add_mutually_exclusive_group(required=True)
    which.add_argument("--csv", metavar="DIR", help=_("mappe, som skal være tom eller ny"))
    which.add_argument("--parquet", metavar="DIR", help=_("mappe, som skal være tom eller ny"))
    export.add_argument("--pseudonyms", action="store_true", help=_("uden navne, CPR-numre, adresser og fritekst"))


def _given(arguments: argparse.Namespace, option: str, variable: str) -> str:
    found = getattr(arguments, option, None) or os.environ.get(variable, "")
    if not found:
        raise VejlederError(
            _("--{option} mangler.").format(option=option),
            _("Angiv den, eller sæt {variable}.").format(variable=variable),
            code=ExitCode.USAGE,
        )
    return str(found)


def _url(arguments: argparse.Namespace) -> str:
    return _given(arguments, "database", _DATABASE)


def _identity_path(arguments: argparse.Namespace) -> Path:
    return Path(_given(arguments, "identity", _IDENTITY)).expanduser()


@contextmanager
def _opened(arguments: argparse.Namespace, *, ready: bool = True) -> Iterator[Centre]:
    """Open the centre for one command; what the database says goes wrong is told in a sentence, without its values."""
    from vejleder_tui.central.database import is_of_database, opened, translated  # noqa: PLC0415
    from vejleder_tui.central.setup import require_ready  # noqa: PLC0415

    centre = opened(_url(arguments))
    try:
        if ready:
            require_ready(centre)
        yield centre
    except Exception as error:
        if is_of_database(error):
            raise translated(error) from error
        raise
    finally:
        centre.close()


def _init(arguments: argparse.Namespace) -> int:
    from vejleder_tui.bundle.key_file import save_key_card  # noqa: PLC0415
    from vejleder_tui.central.identity import make_identity  # noqa: PLC0415
    from vejleder_tui.central.roles import make_roles  # noqa: PLC0415
    from vejleder_tui.central.setup import init  # noqa: PLC0415
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415

    path = _identity_path(arguments)
    randomness = SystemRandomness()
    with _opened(arguments, ready=False) as centre:
        card = init(
            centre, make_identity(path, randomness), name=arguments.name, municipality=arguments.municipality,
            randomness=randomness,
        )  # fmt: skip
        if arguments.roles:
            make_roles(centre)
    saved = save_key_card(card, Path(arguments.card)) if arguments.card else None
    if wants_json(arguments):
        print_json({**json.loads(card.to_json()), "words": card.words(), "identity": str(path)})
        return int(ExitCode.DONE)
    say(_("Databasen er klar. Den private nøgle ligger i {path}: pas på den, og tag en kopi.").format(path=path))
    if saved is None:
        say(card.to_json().rstrip())
    else:
        say(_("Nøglefilen til de bærbare ligger i {path}.").format(path=saved))
    say(_("På hver bærbar: vejleder key add-recipient NØGLEFIL. Læs ordene op: {words}").format(words=card.words()))
    return int(ExitCode.DONE)


def _trust(arguments: argparse.Namespace) -> int:
    from vejleder_tui.bundle.key_file import read_key_file  # noqa: PLC0415
    from vejleder_tui.central.trusting import trust_cards  # noqa: PLC0415

    cards = [read_key_file(name, pipes=True) for name in arguments.cards]
    with _opened(arguments) as centre:
        found = trust_cards(centre, cards, clock=arguments.clock, role=arguments.role)
    if wants_json(arguments):
        print_json([_key_as_json(key) for key in found])
        return int(ExitCode.DONE)
    for key in found:
        say(_("{name} tros fra nu af, som {role}.").format(name=key.name, role=_word(_ROLES, key.role)))
        say(_("Hør, om den bærbare har de samme ord: {words}").format(words=key.words))
    return int(ExitCode.DONE)


def _revoke(arguments: argparse.Namespace) -> int:
    from vejleder_tui.central.trusting import distrust  # noqa: PLC0415

    with _opened(arguments) as centre:
        key = distrust(centre, " ".join(arguments.words), clock=arguments.clock)
    if wants_json(arguments):
        print_json(_key_as_json(key))
    else:
        say(_("{name} tros ikke længere, og alt fra den venter.").format(name=key.name))
    return int(ExitCode.DONE)


def _discard(arguments: argparse.Namespace) -> int:
    from vejleder_tui.central.discarding import discard  # noqa: PLC0415

    named = " ".join(arguments.key)
    if not wants_json(arguments) and not arguments.yes:
        say(_("Det, en ukendt nøgle har skrevet, slettes her. Skriver den rigtige bærbare igen, tages det ind."))
        if not sure():
            raise CancelledError(_("Intet er kasseret."))
    with _opened(arguments) as centre:
        done = discard(centre, named)
    if wants_json(arguments):
        print_json(asdict(done))
        return int(ExitCode.DONE)
    say(
        _("Kasseret: {operations} ændringer, der ventede, og {files} filer, der var sat til side.").format(
            operations=done.operations, files=done.files
        )
    )
    return int(ExitCode.DONE)


def _key_as_json(key: Key) -> dict[str, object]:
    return {
        "device": key.device, "name": key.name, "role": key.role, "municipality": key.municipality,
        "words": key.words, "age": key.recipient, "minisign": key.public_key,
    }  # fmt: skip


def _ingest(arguments: argparse.Namespace) -> int:
    from vejleder_tui.central.ingest import Plan, ingest  # noqa: PLC0415

    aside = failed = count = 0
    stopping = {"now": False}

    def told(taking: Taking) -> None:
        nonlocal aside, failed, count
        count += 1
        aside += taking.state == "quarantined"
        failed += taking.state == "failed"
        if wants_json(arguments):
            say(json.dumps(taking.as_json(), ensure_ascii=False))
        else:
            say(_sentence(taking))

    def stop(*_signal: object) -> None:
        stopping["now"] = True

    plan = Plan(
        _url(arguments), _identity_path(arguments), tuple(Path(name) for name in arguments.targets),
        jobs=max(1, arguments.jobs), watch=arguments.watch,
    )  # fmt: skip
    if arguments.watch:
        signal.signal(signal.SIGTERM, stop)
    shown = None if wants_json(arguments) or not sys.stderr.isatty() else _show_progress
    ingest(plan, told=told, clock=arguments.clock, stop=lambda: stopping["now"], progress=shown)
    if not wants_json(arguments) and sys.stdout.isatty():
        complain(_("{count} filer.").format(count=count))
    if failed:
        return int(ExitCode.NOT_SAVED)
    return int(ExitCode.REFUSED if aside else ExitCode.DONE)


def _show_progress(file: str, done: int, total: int) -> None:
    """Tell on one line of the terminal how far a file has come; the next line that is printed begins over it."""
    if total:
        sys.stderr.write(f"\r{file}: {100 * done // total} %\r")
        sys.stderr.flush()


def _sentence(taking: Taking) -> str:
    if taking.state == "applied":
        words = _("{file}: {applied} nye ændringer, {known} kendte.").format(
            file=taking.file, applied=taking.applied, known=taking.known
        )
        waits = sum(taking.held.values())
        more = _("{waits} venter.").format(waits=waits) if waits else ""
        return f"{words} {more} {taking.reason}".strip()
    if taking.state == "repeated":
        return _("{file}: er indlæst før.").format(file=taking.file)
    if taking.state == "quarantined":
        return _("{file}: sat til side. {reason}").format(file=taking.file, reason=taking.reason)
    return f"{taking.file}: {taking.reason}"


def _status(arguments: argparse.Namespace) -> int:
    from vejleder_tui.central.status import status  # noqa: PLC0415

    with _opened(arguments) as centre:
        found = status(centre)
    if wants_json(arguments):
        print_json(found.as_json())
    else:
        for line in _status_lines(found):
            say(line)
    return int(ExitCode.DONE)


def _status_lines(found: Status) -> Iterator[str]:
    for one in found.devices:
        yield from _device_lines(one)
    for other in found.quarantine:
        yield _("Sat til side: {file}, {why}, kom {at}.").format(
            file=other.file, why=_word(_ASIDE, other.why), at=other.received_at
        )
    for clock in found.clocks:
        words = {
            "ahead": _("Uret på {device} er foran: {told}."), "behind": _("Uret på {device} er bagud: {told}."),
            "back": _("Uret på {device} gik tilbage: {told}."),
        }  # fmt: skip
        yield words[clock.why].format(device=clock.device[:8], told=clock.told)
    open_rows = sum(found.conflicts.values())
    yield _(
        "{bundles} pakker, {operations} ændringer, {open_rows} rækker til afklaring, {aside} filer sat til side."
    ).format(bundles=found.bundles, operations=found.operations, open_rows=open_rows, aside=len(found.quarantine))


def _device_lines(one: DeviceStatus) -> Iterator[str]:
    seen = _("sidst hørt fra {at}").format(at=one.last_seen) if one.last_seen else _("aldrig hørt fra")
    role = _word(_ROLES, one.role) if one.role else _("kendes ikke")
    yield _("{name} ({device}, {role}): har alt til nr. {up_to}, {seen}.").format(
        name=one.name or "?", device=one.device[:8], role=role, up_to=one.up_to, seen=seen
    )
    for gap in one.gaps:
        words = _("  udeladt: nr. {first}–{last}") if gap.withheld else _("  mangler: nr. {first}–{last}")
        yield words.format(first=gap.first, last=gap.last)
    for why, count in sorted(one.held.items()):
        yield _("  venter: {count} ({why})").format(count=count, why=_word(_WAITS, why))
    if one.forks:
        yield _("  to kopier af den gik videre efter nr. {number}").format(number=min(one.forks) - 1)


def _receipts(arguments: argparse.Namespace) -> int:
    from vejleder_tui.central.identity import read_identity  # noqa: PLC0415
    from vejleder_tui.central.receipts import write_receipts  # noqa: PLC0415
    from vejleder_tui.ids import SystemRandomness  # noqa: PLC0415

    identity = read_identity(_identity_path(arguments))
    with _opened(arguments) as centre:
        found = write_receipts(
            centre, identity, Path(arguments.to), clock=arguments.clock, randomness=SystemRandomness(),
            restored=arguments.restored,
        )  # fmt: skip
    if wants_json(arguments):
        print_json(
            [
                {
                    "file": str(one.path), "device": one.device, "name": one.name, "generation": one.generation,
                    "number": one.number,
                }
                for one in found
            ]
        )  # fmt: skip
        return int(ExitCode.DONE)
    for one in found:
        say(_("Kvittering til {name}: {path}").format(name=one.name, path=one.path))
    return int(ExitCode.DONE)


def _digest(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as centre, centre.reading() as view:
        return print_digest(view, arguments)


def _export(arguments: argparse.Namespace) -> int:
    from vejleder_tui.central.export import Form, export  # noqa: PLC0415

    form: Form = "csv" if arguments.csv else "parquet"
    with _opened(arguments) as centre:
        found = export(centre, Path(arguments.csv or arguments.parquet), form, pseudonyms=arguments.pseudonyms)
    if wants_json(arguments):
        print_json({"folder": str(found.folder), "rows": found.rows, "contested": found.contested})
        return int(ExitCode.DONE)
    say(
        _("Skrevet i {folder}: {rows} rækker i {tables} tabeller.").format(
            folder=found.folder, rows=sum(found.rows.values()), tables=len(found.rows)
        )
    )
    if found.contested:
        say(_("{count} værdier er til afklaring og står i contested.").format(count=found.contested))
    say(_("Filerne er ikke låst. Slet dem, når de ikke længere skal bruges."))
    return int(ExitCode.DONE)
