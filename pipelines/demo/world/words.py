"""The Danish that the demo is written in. No person, address or case is real."""

from __future__ import annotations

FIRST_NAMES = (
    "Åse", "Søren", "Mette", "Jørgen", "Kirsten", "Bjørn", "Grethe", "Lærke", "Ørnulf", "Hanne", "Æbba", "Niels",
    "Sørine", "Frederik", "Maja", "Torbjørn", "Inger", "Aksel", "Bodil", "Kåre", "Signe", "Vagn", "Rosa", "Esben",
)  # fmt: skip
LAST_NAMES = (
    "Tværagergaard", "Nøddebo", "Åkjær", "Skovlykke", "Lindeblæst", "Østervang", "Møllebæk", "Kragelund-Prøve",
    "Havgaard", "Birkelyng", "Rønnebærg", "Sandvåd", "Fjordglimt", "Engsø", "Klitgræs", "Dueholm-Prøve",
)  # fmt: skip
OFFICES = (
    "Ydelsescenter Øst", "Sygedagpenge, team Å", "Jobcenter Vest", "Borgerservice", "Ydelse og Økonomi",
)  # fmt: skip

CASE_TITLES = {
    "ksd": ("Sygedagpenge, opfølgning", "Sygedagpenge; forløb nr. {serial}", 'Sygedagpenge ("langvarigt forløb")'),
    "ky": ("Hjælp til forsørgelse", "Kontanthjælp, løbende ydelse", "Revalidering; bevilling nr. {serial}"),
    "spk": ("Personligt tillæg, pension", "Helbredstillæg; ansøgning"),
    None: ("Tilbagebetaling, manuel sag", "Klagesag om tilbagebetaling; nævnet", 'Aktindsigt i "gammel" sag'),
}
NOTE_TITLES = (
    "Telefonsamtale",
    "Opfølgningssamtale",
    "Afgørelse",
    "Partshøring",
    "Lægeattest modtaget",
    "Notat; §-vurdering",
)

# Each note takes an opening, some middles and a closing with its own number, so that no two texts are equal.
OPENINGS = (
    "{navn} ringede og oplyste, at sygemeldingen fra første fraværsdag stadig står på.",
    "Samtale med {navn} på kontoret. Borgeren mødte til tiden og havde bisidder med.",
    "Der er modtaget breve fra {navn} om ændrede forhold i husstanden.",
    'Borgeren skriver: "Jeg kan ikke nå at aflevere oplysningerne før på mandag"; fristen er udsat.',
    "Partshøring sendt til {navn}; frist på 10 dage.",
)
MIDDLES = (
    "Lægen vurderer, at arbejdsevnen er væsentligt nedsat; ny attest indhentes.",
    "Ydelsen er beregnet efter § 50, og grundlaget er gennemgået med borgeren.",
    "Arbejdsgiveren har bekræftet lønnen og det ugentlige timetal.",
    "Borgeren er vejledt om pligten til at oplyse om ændringer, fx samliv og flytning.",
    "Der er enighed om en plan: gradvis tilbagevenden, ½ tid den første uge.",
    "Kopi er lagt på sagen; originalen er sendt retur til borgeren.",
    "Sagen drøftet på teammøde. Ingen indvendinger mod afgørelsen.",
)
CLOSINGS = (
    "Opfølgning nr. {number} noteret i kalenderen.",
    "Næste skridt: brev med løbenummer {number} udsendes.",
    "Journalført som løbenummer {number}.",
)
PERSONAL_NUMBER_LINE = "Borgeren oplyser personnummer {cpr} ved opkaldet."
STUB = (
    "Dette Journalnotat er for stort til at blive sendt til Sags- og Dokumentindekset, se dette Journalnotat i KMD Sag"
)

DOCUMENTS = (
    ("Lægeattest LÆ 285", "Brev, indgaaende", "laegeattest.pdf"),
    ("Afgørelse om ydelse", "Brev, udgaaende", "afgørelse.docx"),
    ("Lønsedler; tre måneder", "Brev, indgaaende", "lønsedler.pdf"),
    ('Notat: "samlet vurdering"', "Internt Notat", "vurdering.docx"),
    ("Oplysningsskema", "Andet", "oplysningsskema.tif"),
)
