"""256 short Danish words for reading a key aloud: one word a byte. The list and its order never change."""

from __future__ import annotations

__all__ = ["WORDS"]

WORDS: tuple[str, ...] = tuple(
    """
    abe ager aks alf ananas and anker april arm aske atlet avis
    avokado badge bakke banan basar bil birk bjerg bjørn blad blomst blyant
    bog bold bord bro brød bue busk byge båd cello cirkel citron
    creme cykel dag damp dans delfin diamant disk drage drue due dukke
    dyne dør eddike efterår egern elefant elg elm emu engel enke ert
    fabel fad fakkel fasan februar fem fisk fjer flag flod flue fløjte
    fod frakke fugl fyr får gaffel galop gave ged gips giraf glas
    gren gris grød guitar gul gulv gynge gås hammer hare hat havn
    hegn helt hest hjul honning hop hotel hule hund hus hval hylde
    ild iskage jakke januar jern jolle juice juli jæger kaffe kage kamel
    kanin kasket kat kirke kiwi klaver klokke klub knap kok kompas konge
    korn krage krone kugle kurv kørsel lampe land larve latter legetøj lilje
    linje loft luge lygte lys løve magnet maj mands marmor mejse melon
    midnat mose motor mus mynte måne mælk nat negl ni nisse næse
    nøgle oktober olie onkel orkester ost ovn palme papir park peber pensel
    pil pindsvin plade plet pose post prins pung pære rabarber radise ravn
    regn ring ris rose rug ræv saft salt sand seks sild skab
    skib skov sky smør sne sol spade spejl spyd stige stol storm
    strand suppe svane syv sæl søm tag tand tavle telt tiger time
    torden torn tromle træ tulipan tunnel tyv tårn udsigt ugle ulv urne
    vante vase vej vest vifte vinter violin vogn vulkan zebra åkande æble
    æg ærme ørn østers
    """.split()  # noqa: SIM905 - one word a line would be 256 lines
)
