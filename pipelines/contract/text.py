"""Text as it is compared: what one system writes as HTML another may write as plain lines.

The rules are those of ``rulings.md`` §2. Nothing else is evened out: case, punctuation and line ends count.
"""

from __future__ import annotations

import html
import re
import unicodedata

_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCK_TAGS = frozenset(("p", "div", "li", "ul", "ol", "tr", "table", *_HEADINGS, "blockquote", "pre", "hr", "br"))
_CELL_TAGS = frozenset(("td", "th"))

# The second form of a tag takes those whose quotes do not pair; possessive, so that no text costs more
# than its length.
_MARKUP = re.compile(
    r"""<!--.*?(?:-->|\Z)
    |<(?P<dropped>script|style)\b.*?(?:</(?P=dropped)\s*>|\Z)
    |</?(?P<tag>[a-z][^\s/<>"']*+)(?:(?:[^<>"']|"[^"]*+"|'[^']*+')*+>|[^<>]*+>)
    |<[!?/][^<>]*+>""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_SOURCE_SPACE = re.compile(r"[ \t\r\n\f]+")

_RTF_TOKEN = re.compile(
    r"""\\(?P<word>[a-zA-Z]+)(?P<number>-?[0-9]{1,10})?[ ]?
    |\\'(?P<byte>[0-9a-fA-F]{2})
    |\\(?P<symbol>.)
    |(?P<brace>[{}])
    |(?P<break>[\r\n]+)
    |(?P<plain>[^\\{}\r\n]+|\\)""",
    re.VERBOSE | re.DOTALL,
)
_RTF_DROPPED = frozenset(
    ("fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "generator")
)
_RTF_WORDS = {"par": "\n", "line": "\n", "tab": "\t"}
_RTF_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}"}

_BLANKS = re.compile(r"[ \t\u00a0]+")

# How the text begins that the guides of Sags- og Dokumentindekset have sent in place of a note above 100 KB.
STUB = "Dette Journalnotat er for stort til at blive sendt til Sags- og Dokumentindekset"


def normalise_text(text: str, form: str) -> str:
    """The text of a note as it is compared; ``form`` is ``text``, ``html`` or ``rtf``."""
    if form == "html":
        text = _from_html(text)
    elif form == "rtf":
        text = _from_rtf(text)
    text = unicodedata.normalize("NFC", text).replace("\r", "\n")
    lines = (line.strip(" ") for line in _BLANKS.sub(" ", text).split("\n"))
    return "\n".join(line for line in lines if line)


def normalise_line(value: str | None) -> str | None:
    """A title, an author, a case number: NFC, white space runs one blank, stripped; empty is None."""
    if value is None:
        return None
    return " ".join(unicodedata.normalize("NFC", value).split()) or None


def write_as(text: str, form: str) -> str:
    """Write normalised ``text`` in ``form`` so that ``normalise_text`` gives it back."""
    if form == "html":
        return html.escape(text, quote=False).replace("\n", "<br>")
    if form == "rtf":
        return re.sub(r"([\\{}])", r"\\\1", text).replace("\n", "\\line ")
    return text


def _from_html(source: str) -> str:
    return html.unescape(_MARKUP.sub(_tag_as_text, _SOURCE_SPACE.sub(" ", source)))


def _tag_as_text(match: re.Match[str]) -> str:
    tag = (match["tag"] or "").lower()
    return "\n" if tag in _BLOCK_TAGS else " " if tag in _CELL_TAGS else ""


def _from_rtf(source: str) -> str:
    out: list[str] = []
    dropped, fallback_length = False, 1
    outer: list[tuple[bool, int]] = []
    to_skip = 0
    for token in _RTF_TOKEN.finditer(source):
        kind = token.lastgroup
        if kind == "number":
            kind = "word"
        if kind == "break":
            continue
        if kind == "brace":
            to_skip = 0
            if token["brace"] == "{":
                outer.append((dropped, fallback_length))
            elif outer:
                dropped, fallback_length = outer.pop()
            continue
        if kind == "plain":
            plain = token["plain"]
            skipped = min(to_skip, len(plain))
            to_skip -= skipped
            piece = plain[skipped:]
        elif kind == "word" and token["word"] == "u" and token["number"] is not None:
            to_skip = fallback_length
            piece = chr(int(token["number"]) & 0xFFFF)
        elif to_skip:
            to_skip -= 1
            continue
        elif kind == "byte":
            piece = bytes.fromhex(token["byte"]).decode("cp1252", errors="replace")
        elif kind == "symbol":
            dropped = dropped or token["symbol"] == "*"
            piece = _RTF_SYMBOLS.get(token["symbol"], "")
        else:
            word = token["word"]
            dropped = dropped or word in _RTF_DROPPED
            if word == "uc" and token["number"] is not None:
                fallback_length = max(0, int(token["number"]))
            piece = _RTF_WORDS.get(word, "")
        if not dropped:
            out.append(piece)
    # \u gives UTF-16 units, so a character beyond U+FFFF comes as two.
    return "".join(out).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
