"""How the oracle reads a delivery's rows: types, normal forms, and the cause of a changed note."""

import re
import unicodedata
from collections import defaultdict
from datetime import UTC, datetime, time
from html.parser import HTMLParser
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

DENMARK = ZoneInfo("Europe/Copenhagen")
KEYS = {
    "dokument": ("dokument_uuid",),
    "fil": ("dokument_uuid", "variant", "del"),
    "dokument_sag": ("dokument_uuid", "sag_uuid"),
}
TIMES = (
    "oprettet",
    "aendret",
    "afsluttet",
    "fremdrift_fra",
    "registreret",
    "dannet",
    "udfoert",
    "sts_tidspunkt",
)
UUIDS = ("sag_uuid", "dokument_uuid", "ny_sag_uuid", "edh_sag_uuid")
Row = dict[str, Any]
LINE_ENDS = {"p", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "hr"}
RTF_DROPPED = {"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "generator"}
RTF_TOKEN = re.compile(r"\\'([0-9a-fA-F]{2})|\\([a-zA-Z]+)(-?\d+)? ?|\\(.)|([{}])|[\r\n]+|(.)", re.DOTALL)
CHARACTER_SETS = ("utf-8", "cp1252", "iso-8859-1", "cp850", "cp865", "ascii")


class Delivery(NamedTuple):
    """One delivery: an entity that is not among ``tables`` was not delivered."""

    system: str
    kommunekode: str
    udtrukket: datetime
    tables: dict[str, list[Row]]

    def rows(self, entity):
        return [conformed(entity, row) for row in self.tables.get(entity, [])]


class Ledgers(NamedTuple):
    """Rows with the columns of the design, in its order; before those of ``fund`` stands the rule.

    ``forklaret``: what a waiver that names a rule took out of ``fund``, in the same shape.
    """

    pligt: list[tuple]
    oprindelse: list[tuple]
    fund: list[tuple]
    forklaret: list[tuple]


def newborn(moment, limit):
    return limit is not None and moment >= limit


def instant(text):
    moment = datetime.fromisoformat(text) if isinstance(text, str) else text
    return (moment if moment.tzinfo else moment.replace(tzinfo=DENMARK)).astimezone(UTC)


def midnight(day):
    """00:00 Danish time of ``day``, a date or its text."""
    return instant(f"{day}T00:00:00")


def conformed(entity, raw):
    row = defaultdict(lambda: None, {name: None if value == "" else value for name, value in raw.items()})
    row |= {name: instant(row[name]) for name in TIMES if row[name]}
    row |= {name: str(UUID(str(row[name]))) for name in UUIDS if row[name]}
    row |= {name: line(row[name]) for name in ("titel", "sagsnummer", "forfatter")}
    if entity == "journalnotat":
        row["text"] = normalised(row["tekst"], row["format"])
        row["second"] = row["oprettet"].replace(microsecond=0)
        row["print"] = (row["second"], row["forfatter"], row["titel"], row["text"])
    if entity in ("berigtigelse", "krydsreference") and row["objekttype"] != "journalnotat":
        # The id of a note is the system's own text; every other is a uuid, in any case.
        row |= {name: row[name].lower() for name in ("objekt_id", "gammel_id", "ny_id") if row[name]}
    if entity == "sag":
        row["born"] = row["oprettet"]
        row["oprettet"] = row["oprettet"].replace(microsecond=0)
        row["who"] = (row["sagsnummer"], row["part_cpr"])
    return row


def key(*parts):
    return "|".join(str(part).replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def keyed(kind, rows):
    return {key(*(row[name] for name in KEYS[kind])): row for row in rows}


class _Html(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.silent += tag in ("script", "style")
        self.out.append("\n" if tag in LINE_ENDS or tag == "br" else " " if tag in ("td", "th") else "")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style")
        self.out.append("\n" if tag in LINE_ENDS else "")

    def handle_data(self, data: str) -> None:
        self.out.append("" if self.silent else data)


def _from_html(text: str) -> str:
    parser = _Html()
    parser.feed(re.sub("[ \t\r\n\f]+", " ", text))
    parser.close()
    return "".join(parser.out)


def _from_rtf(text: str) -> str:
    out: list[str] = []
    silent, fallback, outer = False, 1, []
    skip = 0
    for byte, word, number, symbol, brace, character in (match.groups() for match in RTF_TOKEN.finditer(text)):
        if brace == "{":
            outer.append((silent, fallback))
        elif brace and outer:
            silent, fallback = outer.pop()
        elif symbol == "*" or word in RTF_DROPPED:
            silent = True
        elif word == "uc":
            fallback = int(number)
        elif skip and (byte or character):
            skip -= 1
        elif not silent:
            if word == "u":
                out.append(chr(int(number) % 65536))
                skip = fallback
            elif byte:
                out.append(bytes.fromhex(byte).decode("cp1252", "replace"))
            else:
                words, symbols = {"par": "\n", "line": "\n", "tab": "\t"}, {"~": "\u00a0", "_": "-"}
                literal = symbol if symbol and symbol in "\\{}" else symbols.get(symbol or "", "")
                out.append(words.get(word or "", "") + literal + (character or ""))
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def joined(text: str) -> str:
    """``text`` from the second step of the ruling on."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    lines = [re.sub("[ \t\u00a0]+", " ", line).strip(" ") for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def normalised(text: str, form: str) -> str:
    return joined({"html": _from_html, "rtf": _from_rtf}.get(form, str)(text))


def line(value: str | None) -> str | None:
    """A title, an author, a case number."""
    return " ".join(unicodedata.normalize("NFC", value or "").split()) or None


def cause_of_change(before, after):
    if before["second"] != after["second"]:
        return _cause_of_time(before["second"], after["second"])
    if before["text"] != after["text"]:
        return _cause_of_text(before["text"], after["text"])
    return "titel_mistet" if before["titel"] != after["titel"] else "forfatter_mistet"


def _cause_of_time(before, after):
    local = [moment.astimezone(DENMARK) for moment in (before, after)]
    if local[1].time() == time(0) and local[0].date() == local[1].date():
        return "klokkeslaet_mistet"
    return "tidszone" if abs(after - before) in [moment.utcoffset() for moment in local] else "tidspunkt"


def _cause_of_text(before: str, after: str) -> str:
    if "".join(before.split()) == "".join(after.split()):
        return "blanktegn"
    if after in _misread(before):
        return "tegnsaet"
    beginning = after.rstrip("…. ")
    return "afkortet" if before.startswith(beginning) and before != beginning else "tekst"


def _misread(text: str) -> set[str]:
    """``text`` as every wrong character set would show it, or with its non-ASCII signs lost."""
    seen = set()
    for written in CHARACTER_SETS:
        for read in CHARACTER_SETS:
            seen.add(text.encode(written, "replace").decode(read, "replace"))
    for lost in ("?", "\ufffd", ""):
        seen.add(re.sub(r"[^\x00-\x7f]", lost, text))
        seen.add("".join(lost if not sign.isascii() and sign.isalpha() else sign for sign in text))
    return {joined(variant) for variant in seen} - {text}
