"""What is landed all the same and must be known: counted per file and kind, with the first line."""

from __future__ import annotations

from typing import Any

_SENTENCES = {
    "ukendt_kolonne": "{n} column(s) that the contract does not know were kept out",
    "kolonne_mangler": "{n} column(s) that may be null were not sent; they are null",
    "fil_ikke_opfoert": "the file is in the delivery's folder but not in leverance.json; it was not read",
    "flertydig_lokaltid": "{n} local time(s) in the hour that comes twice were taken as the first",
    "maskeret_cpr": "{n} personal number(s) in free text were replaced",
    "notat_paa_ukendt_sag": "{n} note(s) lie on a case that the delivery does not have",
    "loest_dokument": "{n} document(s) lie on no case",
    "haengende_fil": "{n} file(s) belong to a document that the delivery does not have",
    "haengende_dokument_sag": "{n} link(s) lead to a document or a case that the delivery does not have",
    "ikke_talt": "the source gives no count of its own, so whether every record came is not evaluated",
    "andet_datoformat": "{n} date(s) were written in another form than YYYY-MM-DD and were read as such",
    "bindestreg_i_cpr": "{n} personal number(s) were written with a hyphen, which was removed",
    "mendet_cpr": "{n} personal number(s) stood as a number and had lost the leading zero, which was put back",
    "mendet_dato": "{n} date(s) stood as Excel's day numbers and were read as dates",
    "mendet_tal": "{n} number(s) were given the leading zeros that their number format shows",
    "tom_raekke": "{n} empty row(s) between others were passed over",
    "ark_ikke_laest": "{n} sheet(s) are named after no entity of the contract and were not read",
    "ukendt_felt": "{n} correction(s) name a felt that is no column of the contract",
    "tilstand_uden_opstaaet": "{n} case(s) have a history of states that does not begin with Opstaaet",
    "tilstand_hul_eller_overlap": "{n} case(s) have a history of states with a gap or an overlap",
    "antal_af_side": "{n} total(s) came with one page of a search; they were not held against the records",
}


class Remarks:
    """The remarks of one delivery."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], tuple[int, int | None]] = {}

    def add(self, art: str, fil: str, antal: int, line: int | None) -> None:
        """Count ``antal`` more of the kind ``art`` in ``fil``, the first of them on ``line``."""
        if art not in _SENTENCES:
            raise KeyError(art)
        if antal:
            counted, first = self._found.get((fil, art), (0, line))
            lines = [each for each in (first, line) if each is not None]
            self._found[fil, art] = (counted + antal, min(lines, default=None))

    def as_records(self) -> list[dict[str, Any]]:
        """The remarks as they stand in a manifest, by file and kind; sentences are English."""
        return [
            {
                "art": art,
                "fil": fil,
                "antal": antal,
                "foerste_linje": line,
                "saetning": f"{fil}{'' if line is None else f', line {line}'}: {_SENTENCES[art].format(n=antal)}.",
            }
            for (fil, art), (antal, line) in sorted(self._found.items())
        ]
