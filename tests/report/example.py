"""A run with something of everything that a report tells, in three kommuner."""

from __future__ import annotations

from tests.deliveries import uuid_of
from tests.runs import RUN_ID, MadeRun, Row, equations, fil, kommune, rule, verdict

# A personal number as a source may put it into an id of its own; the day has 60 added.
NUMBER = "6101801234"


def finding(
    number: int,
    regel: str,
    kommunekode: str,
    objekttype: str,
    *,
    sted: str | None = "nyt",
    udfald: str | None = "mangler",
    aarsag: str | None = None,
    objekt_id: str | None = None,
) -> Row:
    case = uuid_of("sag", number)
    return (
        f"{number:016x}",
        RUN_ID,
        regel,
        "fatal",
        "KOMBIT",
        kommunekode,
        objekttype,
        objekt_id or (case if objekttype == "sag" else f"N{number}|{case}"),
        case,
        sted,
        {"nyt": "ksd", "edh": "edh", None: None}[sted],
        udfald,
        aarsag,
        None,
    )


def example_run() -> MadeRun:
    """R02 is broken in 0751 and 0730, R03 met in all, R18 not evaluated in any, 0420 waits."""
    codes = ("0420", "0730", "0751")
    rules = [
        rule(
            "R02",
            titel_da="Hver sag og hvert notat er kommet med over i det nye fagsystem",
            titel_en="Every case and note has arrived in the new system",
            brev="Sagsdata og journalnotater fra fagsagen (KMD Aktiv og KMD Dagpenge) i KMD Sag udtrækkes, "
            "og vil fremover indgå i KSD og KY.",
        ),
        rule(
            "R03",
            ejer="KMD",
            titel_da="Hvert dokument ligger stadig i EDH",
            titel_en="Every document is still in EDH",
            brev="Dokumenterne fra KMD Sag EDH forbliver i KMD Sag EDH.",
            tomt_da="Hvert dokument ligger i EDH som før.",
            tomt_en="Every document is in EDH as before.",
        ),
        rule("R18", alvor="fejl", ejer="KMD"),
    ]
    findings = [
        finding(number, "R02", "0751", "journalnotat", udfald="aendret", aarsag="afkortet") for number in range(1, 41)
    ]
    findings += [
        finding(50, "R02", "0751", "sag"),
        finding(51, "R02", "0730", "sag", udfald="ulinket"),
        finding(52, "R02", "0730", "journalnotat", objekt_id=f"{NUMBER}|{uuid_of('sag', 52)}"),
    ]
    run = MadeRun(
        kommuner={code: kommune(code) for code in codes},
        regler=rules,
        tables={
            "dom": [
                verdict("R02", "brudt", kommunekode="0751", brud=41, vurderet=11_424, forklaret=12),
                verdict("R02", "brudt", kommunekode="0730", brud=2, vurderet=10_020),
                verdict("R02", "ikke_vurderet", kommunekode="0420", venter=9_750),
                *(verdict("R03", "opfyldt", kommunekode=code, vurderet=3_811) for code in codes),
                *(verdict("R18", "ikke_vurderet", kommunekode=code) for code in codes),
            ],
            "balance": [
                (code, thing, place, equation, 2_013, 2_013)
                for code in codes
                for equation in equations()
                for thing, place in (("sag", "nyt"), ("sag", "edh"), ("journalnotat", "nyt"))
            ],
            "pligt_antal": [],
            "oprindelse_antal": [],
            "figur": [],
            "fund": findings,
        },
        kontroltal={f"ksd/{code}/20210301T020000Z": {"sager": {"sendt": 2_013, "landet": 2_013}} for code in codes},
        filer={
            f"{system}/{code}/{moment}": [fil("sag", 2_013), fil("journalnotat", 9_411), *extra]
            for code in codes
            for system, moment, extra in (
                ("kmd_sag", "20200522T210000Z", []),
                ("edh", "20200522T210000Z", [fil("dokument", 3_811)]),
                ("ksd", "20210301T020000Z", []),
                ("edh", "20210301T020000Z", [fil("dokument", 3_811)]),
            )
        },
    )
    for code in codes:
        run.tables["figur"] += [
            (code, "foer", "sag", 2_013, None),
            (code, "foer", "journalnotat", 9_411, None),
            (code, "foer", "dokument", 3_811, None),
            (code, "edh", "sag", 1_480, 1_466),
            (code, "edh", "journalnotat", 7_102, 7_040),
            (code, "edh", "dokument", 3_811, 3_811),
            (code, "nyt", "sag", 2_150, 0 if code == "0420" else 2_013),
            (code, "nyt", "journalnotat", 9_980, 0 if code == "0420" else 9_411),
            (code, "nyt", "dokument", 640, 0),
        ]
        run.tables["pligt_antal"] += [
            (code, "sag", "edh", "edh", "bevaret", None, 1_466),
            (code, "journalnotat", "edh", "edh", "bevaret", None, 7_040),
            (code, "dokument", "edh", "edh", "bevaret", None, 3_811),
        ]
        run.tables["oprindelse_antal"] += [
            (code, "sag", "nyt", "ksd", "konverteret", None, 2_012),
            (code, "sag", "nyt", "ksd", "ny", None, 138),
        ]
    run.tables["pligt_antal"] += [
        ("0420", "sag", "nyt", "ksd", "afventer", None, 2_013),
        ("0420", "journalnotat", "nyt", "ksd", "afventer", None, 9_411),
        ("0730", "sag", "nyt", "ksd", "bevaret", None, 2_012),
        ("0730", "sag", "nyt", "ksd", "ulinket", None, 1),
        ("0730", "journalnotat", "nyt", "ksd", "bevaret", None, 9_410),
        ("0730", "journalnotat", "nyt", "ksd", "mangler", None, 1),
        ("0751", "sag", "nyt", "ksd", "bevaret", None, 2_000),
        ("0751", "sag", "nyt", "ksd", "forklaret", "uden_for_vindue", 12),
        ("0751", "sag", "nyt", "ksd", "mangler", None, 1),
        ("0751", "journalnotat", "nyt", "ksd", "bevaret", None, 9_371),
        ("0751", "journalnotat", "nyt", "ksd", "aendret", "afkortet", 40),
    ]
    run.bemaerkninger["edh/0751/20210301T020000Z"] = [
        {
            "art": "maskeret_cpr",
            "fil": "journalnotat.csv",
            "antal": 3,
            "foerste_linje": 17,
            "saetning": "3 values held a personal number, which was masked.",
        }
    ]
    run.kommuner["0730"]["afvigelser"] = [
        {
            "kommunekode": "0730",
            "objekttype": "sag",
            "objekt_id": uuid_of("sag", 77),
            "sted": "nyt",
            "regel": None,
            "begrundelse": f"Sagen er lukket efter aftale med borgeren {NUMBER}",
            "ejer": "Randers Kommune",
            "godkendt_af": "ydelseschefen",
            "godkendt": "2026-10-01",
            "udloeber": "2027-03-31",
        }
    ]
    return run
