"""The table behind the registry: every command, as data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vejleder_tui.i18n import N_

Kind = Literal["main", "detail", "task", "form", "search", "dialog"]


@dataclass(frozen=True)
class Command:
    """One command: `keys` in Textual's names, the shown one first; `shown` where the key is a run of digits."""

    id: str
    keys: tuple[str, ...]
    title: str
    help: str
    shown: str = ""

    @property
    def key(self) -> str:
        """The default key."""
        return self.keys[0]


COMMANDS: dict[str, Command] = {
    one.id: one
    for one in (
        Command("app.help", ("question_mark", "f1"), N_("Hjælp"), N_("Viser tasterne på denne skærm.")),
        Command("app.menu", ("f9",), N_("Menu"), N_("Går til menuen; vælg med et tal, eller med pilene og Enter.")),
        Command(
            "app.palette", ("ctrl+p", "colon"), N_("Kommandoer"), N_("Søger i de kommandoer, der virker her og nu.")
        ),
        Command("app.jump", ("ctrl+o",), N_("Hop"), N_("Sætter et bogstav ved hvert sted, man kan hoppe til.")),
        Command(
            "app.lock", ("ctrl+l",), N_("Lås skærmen"), N_("Låser skærmen; alt står, som det stod, når den låses op.")
        ),
        Command("app.say", ("f7",), N_("Læs linjen"), N_("Skriver linjen i fokus som en sætning i statuslinjen.")),
        Command("app.privacy", ("f8",), N_("Initialer"), N_("Viser navne som initialer, indtil der trykkes igen.")),
        Command("app.back", ("escape",), N_("Tilbage"), N_("Går et skridt tilbage; tekst går aldrig tabt.")),
        Command("form.save", ("ctrl+g",), N_("Gem"), N_("Gemmer det, der er skrevet i felterne.")),
        Command("app.undo", ("z",), N_("Fortryd"), N_("Fortryder det sidste, du gemte.")),
        Command("app.redo", ("Z",), N_("Gør igen"), N_("Gør det igen, som lige er fortrudt.")),
        Command("app.search", ("slash",), N_("Søg"), N_("Går til søgefeltet.")),
        Command("peer.new", ("p",), N_("Peer-støtte"), N_("Opretter en peer-aktivitet.")),
        Command("app.quit", ("q", "ctrl+q"), N_("Luk Vejleder"), N_("Lukker, når alt er gemt.")),
        Command("go.today", ("1",), N_("I dag"), N_("Viser dagens mødegange og det, der mangler.")),
        Command("go.courses", ("2",), N_("Forløb"), N_("Viser gruppeforløbene.")),
        Command("go.citizens", ("3",), N_("Borgere"), N_("Søger efter en borger.")),
        Command("go.peer", ("4",), N_("Peer"), N_("Viser peer-aktiviteterne.")),
        Command("go.goals", ("5",), N_("Mål"), N_("Viser målene, de næste vurderinger først.")),
        Command("go.evaluation", ("6",), N_("Evaluering"), N_("Viser tal og grafer.")),
        Command("go.handover", ("7",), N_("Overdragelse"), N_("Viser det, der venter på at blive sendt.")),
        Command("go.more", ("8",), N_("Mere"), N_("Viser de øvrige skærme.")),
        Command("unlock.open", ("enter",), N_("Lås op"), N_("Låser op med adgangssætningen.")),
        Command("unlock.reveal", ("f2",), N_("Vis tegn"), N_("Viser det, der skrives.")),
        Command("unlock.recover", ("f3",), N_("Glemt?"), N_("Låser op med gendannelseskoden.")),
        Command("app.language", ("f4",), N_("English"), N_("Skifter sprog.")),
        Command("form.press", ("enter",), N_("Vælg"), N_("Trykker på knappen eller går til næste felt.")),
        Command("form.next", ("tab",), N_("Næste felt"), N_("Går til næste felt.")),
        Command("form.down", ("down",), N_("Til listen"), N_("Går ned i listen.")),
        Command("today.open", ("enter",), N_("Registrér"), N_("Åbner linjen: registrér, vurdér eller åbn.")),
        Command("session.new", ("n",), N_("Ny mødegang"), N_("Opretter en mødegang.")),
        Command("goal.rate", ("m",), N_("Vurdér mål"), N_("Vurderer borgerens mål.")),
        Command("go.calendar", ("k",), N_("Kalender"), N_("Viser kalenderen.")),
        Command("go.followup", ("o",), N_("Opfølgning"), N_("Viser det, der skal følges op på.")),
        Command("go.conflicts", ("a",), N_("Til afklaring"), N_("Viser det, der er skrevet forskelligt.")),
        Command("go.persons", ("s",), N_("Samme borger?"), N_("Viser dem, der kan være den samme borger.")),
        Command(
            "person.list", ("s",), N_("Registreringer"), N_("Viser de registreringer, der vises som denne borger.")
        ),
        Command("person.open", ("enter",), N_("Åbn 1."), N_("Åbner den første registrering.")),
        Command("person.other", ("o",), N_("Åbn 2."), N_("Åbner den anden registrering.")),
        Command("person.same", ("s",), N_("Samme"), N_("Svarer, at de to er den samme borger.")),
        Command("person.different", ("i",), N_("Ikke samme"), N_("Svarer, at de to er hver sin borger.")),
        Command("list.filter", ("f",), N_("Filter"), N_("Vælger, hvad listen viser.")),
        Command("row.history", ("h",), N_("Historik"), N_("Viser, hvem der skrev hvad og hvornår.")),
        Command("citizen.open", ("b",), N_("Åbn borger"), N_("Åbner borgerens side.")),
        Command("course.open", ("enter",), N_("Åbn"), N_("Åbner forløbet.")),
        Command("course.new", ("n",), N_("Nyt forløb"), N_("Opretter et forløb.")),
        Command("row.edit", ("r",), N_("Ret"), N_("Retter linjen.")),
        Command("course.clone", ("l",), N_("Kopiér"), N_("Opretter et nyt forløb efter dette.")),
        Command("row.void", ("x",), N_("Fjern"), N_("Fjerner linjen; z bringer den tilbage.")),
        Command("row.print", ("u",), N_("Udskriv"), N_("Skriver listen til en fil.")),
        Command("list.voided", ("d",), N_("Vis fjernede"), N_("Viser også det, der er fjernet.")),
        Command("session.register", ("enter",), N_("Registrér"), N_("Åbner fremmødet for mødegangen.")),
        Command("enrolment.new", ("i",), N_("Indskriv"), N_("Indskriver en borger i forløbet.")),
        Command("session.cancel", ("a",), N_("Aflys"), N_("Aflyser mødegangen.")),
        Command("session.move", ("v",), N_("Flyt"), N_("Flytter mødegangen.")),
        Command("session.after", ("e",), N_("Efter mødet"), N_("Tema, note, hændelser og tidsforbrug.")),
        Command("session.signoff", ("k",), N_("Godkend"), N_("Godkender mødegangen.")),
        Command("enrolment.status", ("s",), N_("Skift status"), N_("Skifter deltagerens status.")),
        Command("enrolment.offer", ("t",), N_("Tilbyd plads"), N_("Tilbyder den ventende en plads.")),
        Command("roster.done", ("enter",), N_("Færdig"), N_("Forlader fremmødet; alt er gemt.")),
        Command("attend.rest", ("A",), N_("Resten fremm."), N_("Markerer dem, der ikke er registreret, som fremmødt.")),
        Command("attend.note", ("n",), N_("Note"), N_("Skriver en note om denne deltager.")),
        Command("guest.new", ("g",), N_("Gæst"), N_("Tilføjer en gæst.")),
        Command("attend.present", ("f",), N_("Fremmødt"), N_("Markerer fremmødt.")),
        Command("attend.partial", ("d",), N_("Delvist"), N_("Markerer, at deltageren var der noget af tiden.")),
        Command("attend.online", ("o",), N_("Online"), N_("Markerer online.")),
        Command("attend.notified", ("a",), N_("Afbud"), N_("Markerer afbud uden årsag.")),
        Command("attend.reason", ("å", "c"), N_("Årsag"), N_("Vælger årsagen; markerer afbud.")),
        Command("attend.noshow", ("u",), N_("Udeblevet"), N_("Markerer udeblevet.")),
        Command("attend.time", ("t",), N_("Tid"), N_("Skriver, hvor mange minutter.")),
        Command("attend.clear", ("x", "delete"), N_("Ryd"), N_("Rydder markeringen; z bringer den tilbage.")),
        Command("attend.repeat", ("space",), N_("Samme igen"), N_("Gentager den sidste markering.")),
        Command("attend.range", ("v",), N_("Vælg flere"), N_("Vælger flere rækker.")),
        Command("session.incidents", ("i",), N_("Hændelser"), N_("Svarer på, om der var hændelser.")),
        Command(
            "roster.row",
            ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
            N_("Række"),
            N_("Går til rækken med det nummer."),
            "0–9",
        ),
        Command("search.clear", ("escape",), N_("Ryd søgning"), N_("Rydder søgefeltet; er det tomt, går man tilbage.")),
        Command("citizen.new", ("ctrl+n",), N_("Ny borger"), N_("Opretter en borger.")),
        Command("list.ended", ("f6",), N_("Afsluttede"), N_("Viser også afsluttede.")),
        Command("goal.new", ("n",), N_("Nyt mål"), N_("Opretter et mål.")),
        Command("citizen.cpr", ("c",), N_("Vis CPR"), N_("Viser nummeret i 30 sekunder; det noteres i adgangsloggen.")),
        Command("citizen.erase", ("e",), N_("Slet for altid"), N_("Sletter borgeren for altid; der spørges først.")),
        Command("erase.toggle", ("space",), N_("Til/fra"), N_("Vælger, om teksten slettes med.")),
        Command("erase.go", ("enter",), N_("Videre"), N_("Går til spørgsmålet før sletningen.")),
        Command("row.open", ("enter",), N_("Åbn"), N_("Åbner linjen.")),
        Command("measure.new", ("w",), N_("Ny måling"), N_("Opretter en måling.")),
        Command("peer.repeat", ("s",), N_("Som sidst"), N_("Opretter en aktivitet magen til den sidste.")),
        Command("goal.open", ("enter",), N_("Åbn"), N_("Åbner målet.")),
        Command("goal.proposal", ("u",), N_("Indstilling"), N_("Skriver en indstilling om målet.")),
        Command("proposal.save", ("s",), N_("Gem som fil"), N_("Gemmer teksten som en fil, der ikke er krypteret.")),
        Command("rating.level", ("0", "1", "2", "3", "4"), N_("Niveau"), N_("Sætter niveauet og gemmer."), "0–4"),
        Command("rating.none", ("i",), N_("Ikke vurderet"), N_("Skriver, at målet ikke er vurderet i dag.")),
        Command("rating.source", ("k",), N_("Kilde"), N_("Vælger, hvem der vurderede.")),
        Command("rating.comment", ("t",), N_("Kommentar"), N_("Skriver en kommentar.")),
        Command("rating.done", ("enter",), N_("Færdig"), N_("Går til næste mål eller tilbage.")),
        Command("rating.self", ("e",), N_("Egenvurdering"), N_("Skriver borgerens egen vurdering, 0–10.")),
        Command("rating.gas", ("g",), N_("GAS"), N_("Skriver GAS, −2 til +2.")),
        Command("bundle.write", ("s",), N_("Skriv pakke"), N_("Skriver en krypteret pakke.")),
        Command("bundle.read", ("i",), N_("Indlæs fil"), N_("Indlæser en pakke, kvittering eller nøglefil.")),
        Command("merge.accept", ("enter",), N_("Indlæs"), N_("Indlæser pakken, som den er vist.")),
        Command("bundle.handed", ("a",), N_("Afleveret"), N_("Noterer, at pakken er afleveret.")),
        Command(
            "bundle.verify", ("c",), N_("Kontrollér"), N_("Kontrollerer, at pakken er hel og rigtigt underskrevet.")
        ),
        Command("key.recipient", ("n",), N_("Ny modtager"), N_("Tilføjer en modtagers nøglefil.")),
        Command("bundle.show", ("enter",), N_("Vis pakke"), N_("Viser, hvad pakken indeholder.")),
        Command("bundle.again", ("g",), N_("Skriv igen"), N_("Skriver den samme pakke igen.")),
        Command("key.show", ("k",), N_("Min nøglefil"), N_("Viser denne computers nøglefil.")),
        Command("key.trust", ("l",), N_("Ny afsender"), N_("Tilføjer en afsenders nøglefil.")),
        Command(
            "key.revoke", ("r",), N_("Spær afsender"), N_("Siger, at det, computeren skriver fra nu af, ikke tæller.")
        ),
        Command("key.discard", ("d",), N_("Kassér ukendt"), N_("Sletter det, der venter på en nøgle, ingen tror på.")),
        Command("key.remove", ("x",), N_("Fjern modtager"), N_("Fjerner en modtager.")),
        Command(
            "conflict.take",
            ("1", "2", "3", "4", "5", "6", "7", "8", "9"),
            N_("Vælg værdi"),
            N_("Tager den værdi, der står ved tallet."),
            "1–9",
        ),
        Command("conflict.own", ("e",), N_("Egen værdi"), N_("Skriver en tredje værdi.")),
        Command("conflict.skip", ("s",), N_("Spring over"), N_("Går til den næste.")),
        Command("conflict.open", ("enter",), N_("Åbn"), N_("Viser værdierne side om side.")),
        Command("calendar.today", ("t",), N_("Til i dag"), N_("Går til i dag.")),
        Command("calendar.view", ("u",), N_("Uge/måned"), N_("Skifter mellem uge og måned.")),
        Command("calendar.ics", ("s",), N_("Gem som ics"), N_("Gemmer kalenderen som en fil.")),
        Command("task.done", ("g",), N_("Gjort"), N_("Noterer, at det er gjort.")),
        Command("task.postpone", ("s",), N_("Udsæt"), N_("Udsætter til en anden dag.")),
        Command("task.new", ("n",), N_("Ny opgave"), N_("Opretter en opgave.")),
        Command("report.records", ("enter",), N_("Vis grundlag"), N_("Viser de linjer, tallet er regnet af.")),
        Command("report.compare", ("s",), N_("Sammenlign"), N_("Sammenligner med en anden periode.")),
        Command("report.plot", ("g",), N_("Graf"), N_("Viser grafen.")),
        Command("report.save", ("e",), N_("Gem rapport"), N_("Gemmer rapporten som en fil.")),
        Command("setting.edit", ("enter",), N_("Ret"), N_("Retter indstillingen.")),
        Command("setting.toggle", ("space",), N_("Slå til/fra"), N_("Slår til eller fra.")),
        Command("setting.default", ("d",), N_("Standard"), N_("Sætter indstillingen tilbage.")),
        Command("setting.keys", ("t",), N_("Taster"), N_("Viser og retter tasterne.")),
        Command("palette.run", ("enter",), N_("Udfør"), N_("Udfører kommandoen.")),
        Command("more.open", ("enter",), N_("Åbn"), N_("Åbner skærmen.")),
        Command("go.catalogue", ("t",), N_("Katalog"), N_("Viser indsatskataloget.")),
        Command("go.settings", ("i",), N_("Indstillinger"), N_("Viser indstillingerne.")),
    )
}
