"""A trail as a person reads it: one view, at most a hundred columns, with nothing left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from pipelines.cli.trail_words import (
    Row,
    compared_text,
    differences,
    folded,
    mark_of,
    moment,
    note_name,
    text_lines,
    values,
    word_of,
    worst,
)
from pipelines.inquiry.reveal import marked

# In the order in which a reader compares them; what EDH and the new systems may set for themselves stands last.
_CASE_COLUMNS = (
    "sagsnummer",
    "titel",
    "sagstype",
    "fagsystem",
    "part_id",
    "kle_emne",
    "kle_facet",
    "fremdrift",
    "fremdrift_fra",
    "livscyklus",
    "oprettet",
    "aendret",
    "afsluttet",
    "ydelse_til",
    "ansvarlig_enhed",
)
_NOTE_COLUMNS = ("oprettet", "forfatter", "titel", "format", "tekst_bytes")
_DOCUMENT_COLUMNS = ("titel", "dokumentnummer", "dokumenttype", "brevdato", "registreret", "fremdrift")
_FILE_COLUMNS = ("filnavn", "mimetype", "bytes", "algoritme", "kontrolsum")
_LINK_COLUMNS = ("rolle",)
_HOW = {
    "noeglepose": "tied by nøglepose",
    "svar": "found by the ledger",
    "nummer": "same sagsnummer and citizen",
}
_STAND = {
    "brudt": "broken",
    "forklaret": "explained",
    "ikke_vurderet": "not evaluated",
    "afventer": "waiting",
    "intet_brud": "nothing broken",
}


class View:
    """The lines of one trail. ``[2:17]`` is line 17 of source 2, and the sources stand at the end."""

    def __init__(self, trail: Row) -> None:
        self._trail = trail
        self._sources: dict[tuple[str, str], int] = {}
        self._cases_shown = {
            row["sag_uuid"] for pair in trail["sager"] for row in [pair["foer"], *pair["efter"]] if row is not None
        }

    def lines(self) -> Iterator[str]:
        """The view, line by line; ``!`` stands before what is wrong, ``-`` before what waits or is explained."""
        trail = self._trail
        heading = f"{trail['slags']} {trail['id']} in kommune {trail['kommunekode']}"
        if trail["fund_id"]:
            heading += f", of finding {trail['fund_id']}"
        yield from folded(heading, "")
        if trail["staar_i"]:
            yield from folded(f"stands in {', '.join(trail['staar_i'])}", "  ")
        yield from self._section("Cases", self._cases())
        yield from self._section("Nøglepose", self._ties())
        yield from self._section("Notes (= is bevaret)", self._notes())
        yield from self._section("Texts", self._texts())
        yield from self._section("Documents (= is bevaret)", self._documents())
        yield from self._section("Corrections", self._corrections())
        yield from self._section("Index and new ESDH", self._elsewhere())
        yield from self._section("Rules", self._rules())
        sources = [f"[{number}:line] {snapshot} {file}" for (snapshot, file), number in self._sources.items()]
        yield from self._section("Sources", (line for one in sources for line in folded(one, "  ")))

    def _section(self, title: str, lines: Iterable[str]) -> Iterator[str]:
        told = list(lines)
        if told:
            yield ""
            yield title
            yield from told

    def _cases(self) -> Iterator[str]:
        for pair in self._trail["sager"]:
            before = pair["foer"]
            if before is not None:
                owing = f", owed to {before['skyldes_i']}" if before["skyldes_i"] else ""
                yield from folded(f"before {before['sag_uuid']} {self._source(before)}{owing}", "  ")
                yield from folded(values(before, _CASE_COLUMNS), "    ")
                yield from self._owed(pair)
            for found in pair["efter"]:
                how = _HOW.get(found["vej"])
                told = f"{found['system']} {found['sag_uuid']} {self._source(found)}"
                told += "".join(f", {one}" for one in (how, self._origin(found)) if one)
                yield from folded(told, "  ", mark_of(word_of(found["oprindelse"])))
                if before is None:
                    yield from folded(values(found, _CASE_COLUMNS), "    ")
                else:
                    changed = differences(before, found, _CASE_COLUMNS)
                    yield from folded(f"as before, but {changed}" if changed else "as before", "    ")

    def _ties(self) -> Iterator[str]:
        for tie in self._trail["noeglepose"]:
            faults = [] if tie["ny_findes"] else ["the new case is not there"]
            faults += [] if tie["edh_findes"] else ["the EDH case is not there"]
            faults += ["they have not one citizen"] if tie["en_borger"] is False else []
            told = f"{tie['system']} {tie['ny_sag_uuid']} → {tie['edh_sag_uuid']} {self._source(tie)}"
            more = f", batch {tie['batch']}" if tie["batch"] else ""
            yield from folded(f"{told} made {moment(tie['dannet'])}{more}", "  ", "!" if faults else " ")
            if faults:
                yield from folded("; ".join(faults), "    ")

    def _notes(self) -> Iterator[str]:
        for pair in self._trail["notater"]:
            before = pair["foer"]
            one = before or pair["efter"][0]
            marks = [mark_of(owed["udfald"]) for owed in pair["pligt"]]
            if before is not None:
                told = f"{moment(before['oprettet'])} {before['notat_id']} {self._source(before)}"
            elif pair["svarer_paa"] is not None:
                told = f"{moment(one['oprettet'])} answers {pair['svarer_paa']} (of another case)"
            else:
                told = f"{moment(one['oprettet'])} found only now"
                marks.append(mark_of(word_of(one["oprindelse"])))
            yield from folded("".join([told, *self._counterparts(pair, "notat_id")]), "  ", worst(marks))
            for found in pair["efter"] if worst(marks) != " " or before is None else []:
                yield from self._note_detail(before, found)
        if self._trail["andre_notater"]:
            yield f"  {self._trail['andre_notater']} more on these cases: explain a case to see them"

    def _note_detail(self, before: Row | None, found: Row) -> Iterator[str]:
        told = []
        if found["sag_uuid"] not in self._cases_shown or before is None:
            told.append(f"on case {found['sag_uuid']}")
        told.append(values(found, _NOTE_COLUMNS) if before is None else differences(before, found, _NOTE_COLUMNS))
        if any(told):
            yield from folded(f"{found['system']}: {', '.join(one for one in told if one)}", "    ")

    def _texts(self) -> Iterator[str]:
        """The texts as they are compared, where they were revealed; what differs stands in ``⟦ ⟧``."""
        for pair in self._trail["notater"]:
            before, answers = pair["foer"], pair["efter"]
            if before is None or "tekst" not in before:
                for found in answers:
                    yield from text_lines(found, compared_text(found)) if "tekst" in found else []
                continue
            text = compared_text(before)
            if all(compared_text(found) == text for found in answers):
                yield from text_lines(before, text)
            for found in answers:
                now = compared_text(found)
                if now == text:
                    yield f"  {note_name(found)}: as before"
                elif text is None or now is None:
                    yield from text_lines(found, now)
                else:
                    old, new = marked(text, now)
                    yield from text_lines(before, old)
                    yield from text_lines(found, new)

    def _documents(self) -> Iterator[str]:
        for pair in self._trail["dokumenter"]:
            yield from self._object(pair, "dokument", pair["dokument_uuid"], _DOCUMENT_COLUMNS, "  ")
            for part in pair["filer"]:
                one = part["foer"] or part["efter"][0]
                yield from self._object(part, "fil", f"{one['variant']}|{one['del']}", _FILE_COLUMNS, "    ")
            for part in pair["koblinger"]:
                one = part["foer"] or part["efter"][0]
                yield from self._object(part, "on case", one["sag_uuid"], _LINK_COLUMNS, "    ")

    def _object(self, pair: Row, kind: str, name: str, columns: Sequence[str], indent: str) -> Iterator[str]:
        before = pair["foer"]
        marks = [mark_of(owed["udfald"]) for owed in pair["pligt"]]
        told = f"{kind} {name}"
        if before is not None:
            told += f" {self._source(before)} {values(before, columns)}"
        elif not pair["efter"]:
            told += " is named by its links and files, and was not delivered"
        else:
            told += f" found only now: {values(pair['efter'][0], columns)}"
            marks += [mark_of(word_of(found["oprindelse"])) for found in pair["efter"]]
        yield from folded("".join([told, *self._counterparts(pair, None)]), indent, worst(marks))
        for found in pair["efter"] if before is not None else []:
            changed = differences(before, found, columns)
            if changed:
                yield from folded(f"{found['system']}: {changed}", f"{indent}  ")

    def _counterparts(self, pair: Row, id_column: str | None) -> Iterator[str]:
        """What was found for an object, place by place, and what the ledgers call it; ``=`` is bevaret."""
        left = list(pair["efter"])
        for owed in pair["pligt"]:
            answers = [one for one in left if owed["sted"] == one["sted"] and owed["modpart_id"] == one["objekt_id"]]
            left = [one for one in left if one not in answers]
            kept = owed["udfald"] == "bevaret"
            words = [owed["system"]] if kept else [owed["system"], owed["udfald"], owed["aarsag"], owed["detalje"]]
            for one in answers:
                words += [one[id_column] if id_column else None, self._source(one)]
            yield (" = " if kept else "; ") + " ".join(str(word) for word in words if word)
        for one in left:
            words = [one["system"], self._origin(one), one[id_column] if id_column else None, self._source(one)]
            yield "; " + " ".join(str(word) for word in words if word)

    def _owed(self, pair: Row) -> Iterator[str]:
        for owed in pair["pligt"]:
            words = [owed["system"], owed["udfald"], owed["aarsag"], owed["detalje"]]
            told = f"owed: {' '.join(str(word) for word in words if word)}"
            yield from folded(told, "    ", mark_of(owed["udfald"]))

    def _corrections(self) -> Iterator[str]:
        for row in self._trail["berigtigelser"]:
            told = f"{moment(row['udfoert'])} {row['anmodning_id']} {row['objekttype']} {row['objekt_id']}"
            why = f": {row['begrundelse']}" if row["begrundelse"] else ""
            yield from folded(f"{told} {row['felt']} {self._source(row)}{why}", "  ")

    def _elsewhere(self) -> Iterator[str]:
        for row in self._trail["andetsteds"]:
            told = f"{row['sted']} {row['objekttype']} {row['objekt_id']} {self._source(row)}"
            if row["sted"] == "indeks":
                columns = ("master", "fremdrift", "antal_journalnotater", "titel", "sts_tidspunkt")
                yield from folded(f"{told} {values(row, columns)}", "  ")
            else:
                there = f"there at line {row['ny_linje']}" if row["ny_linje"] else "which is not there"
                yield from folded(f"{told} → {row['ny_id']}, {there}", "  ", " " if row["ny_linje"] else "!")

    def _rules(self) -> Iterator[str]:
        alike: dict[tuple[str, str | None], list[str]] = {}
        for rule in self._trail["regler"]:
            if rule["stand"] != "brudt":
                reason = rule["begrundelse_en"] or rule["begrundelse"]
                alike.setdefault((rule["stand"], reason), []).append(rule["regel"])
                continue
            yield from folded(f"{rule['regel']} broken, {rule['alvor']}: {rule['titel_en']}", "  ", "!")
            for finding in rule["fund"]:
                words = [finding[key] for key in ("objekttype", "objekt_id", "sted", "system", "udfald", "aarsag")]
                told = " ".join(str(word) for word in words if word)
                yield from folded(f"{finding['fund_id']} {told}", "      ")
        order = list(_STAND)
        for (stand, reason), rules in sorted(alike.items(), key=lambda item: order.index(item[0][0])):
            told = f"{', '.join(rules)} {_STAND[stand]}" + (f": {reason}" if reason else "")
            yield from folded(told, "  ", " " if stand == "intet_brud" else "-")

    def _source(self, row: Row) -> str:
        source = row["kilde"]
        if source is None:
            return ""
        number = self._sources.setdefault((source["snapshot"], source["fil"]), len(self._sources) + 1)
        return f"[{number}:{source['linje']}]"

    def _origin(self, found: Row) -> str:
        origin = found["oprindelse"]
        if origin is None:
            return ""
        return " ".join(word for word in (origin["udfald"], origin["aarsag"]) if word)
