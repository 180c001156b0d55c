"""Note texts as the systems write them: plain lines, RTF in KMD Sag and EDH, HTML in KY."""

from __future__ import annotations

import html

from pipelines.demo.world import words
from pipelines.demo.world.draw import Draw

# SF1470 holds a note of at most 100 KB; a longer one is replaced by a stub on its way through the index.
STUB_LIMIT_BYTES = 102_400


def note_text(draw: Draw, name: str, number: str, cpr: str | None = None) -> str:
    """A text of two to five lines, its own by ``number``, in the form that comparison normalises to."""
    lines = [draw.one_of(words.OPENINGS).format(navn=name)]
    start = draw.below(len(words.MIDDLES))
    lines += [words.MIDDLES[(start + step) % len(words.MIDDLES)] for step in range(draw.below(3))]
    if cpr is not None:
        lines.append(words.PERSONAL_NUMBER_LINE.format(cpr=cpr))
    # Every text has a Danish letter of its own: what loses its character set can be seen on it.
    lines.append(f"På vegne af Ydelse og Økonomi. {draw.one_of(words.CLOSINGS).format(number=number)}")
    return "\n".join(lines)


def long_text(number: str) -> str:
    """A text that is too long for the index."""
    line = " ".join(words.MIDDLES)
    count = STUB_LIMIT_BYTES // len(line) + 1
    return "\n".join(f"{step}. {line}" for step in range(1, count + 1)) + f"\nSlut på redegørelse {number}."


def written(text: str, form: str, manner: int) -> str:
    """``text`` as a system writes it in ``form``; ``manner`` chooses among the ways that mean the same."""
    if form == "html":
        return _html(text.split("\n"), manner % 3)
    if form == "rtf":
        return _rtf(text)
    if manner % 3 == 1:
        return text.replace("\n", " \r\n") + "\r\n"
    return text if manner % 3 == 0 else text.replace("\n", "\r\n\r\n").replace(". ", ".  ")


def _html(lines: list[str], manner: int) -> str:
    escaped = [html.escape(line, quote=False) for line in lines]
    if manner == 0:
        return "".join(f"<p>{line}</p>\r\n" for line in escaped)
    if manner == 1:
        named = {"æ": "&aelig;", "ø": "&oslash;", "å": "&aring;", "Å": "&Aring;", "§": "&sect;", "½": "&frac12;"}
        text = "<br />\n".join(escaped)
        return "<div>" + "".join(named.get(letter, letter) for letter in text) + "&nbsp;</div>"
    items = "".join(f'<li style="margin:0">{line}</li>' for line in escaped[1:])
    return f"<p><strong>{escaped[0]}</strong></p>\n<ul>{items}</ul>"


def _rtf(text: str) -> str:
    body = []
    for letter in text:
        if letter == "\n":
            body.append("\\par\r\n")
        elif letter in "\\{}":
            body.append("\\" + letter)
        elif ord(letter) < 128:
            body.append(letter)
        else:
            body.append(f"\\'{letter.encode('cp1252').hex()}")
    return "{\\rtf1\\ansi\\ansicpg1252\\deff0{\\fonttbl{\\f0\\fswiss Arial;}}\r\n\\f0\\fs20 " + "".join(body) + "\\par}"
