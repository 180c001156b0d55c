"""Text as it is compared: the rules one by one, and the fast road beside the plain one."""

from __future__ import annotations

import unicodedata

import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract import ENTITIES
from pipelines.contract.text import normalise_line, normalise_text, write_as
from pipelines.landing.columns import as_arrow, conform
from pipelines.landing.notes import read_texts
from pipelines.landing.pseudonym import Pseudonyms
from tests.landing.place import KEY

PSEUDONYMS = Pseudonyms(KEY)

TEXT = [
    ("  to  \t ord\u00a0her ", "to ord her"),
    ("a\r\nb\rc\n\n\n d ", "a\nb\nc\nd"),
    ("A\u030arhus", "Århus"),
    ("Case, punctuation; and line\nends COUNT.", "Case, punctuation; and line\nends COUNT."),
    ("\u2003em", "\u2003em"),
    (" \t\r\n ", ""),
]
HTML = [
    ("<p>F&oslash;rste&nbsp;&nbsp;afsnit</p><p>Andet</p>", "Første afsnit\nAndet"),
    ("en\n  linje\tmed\fblanke", "en linje med blanke"),
    ("a<br>b<br/>c<BR />d", "a\nb\nc\nd"),
    ("<ul><li>et<li>to</ul>tre", "et\nto\ntre"),
    ("<table><tr><th>a</th><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ("<h1>T</h1>x<h6>U</h6><blockquote>q</blockquote><pre>p</pre>r<hr>s", "T\nx\nU\nq\np\nr\ns"),
    ("før<script>var a = '<p>';</script>efter<style>p {}</style>!", "førefter!"),
    ("<span class='x > y'>fed<b>t</b></span>", "fedt"),
    ("<!-- ikke\n<p> -->synligt<!-- åben", "synligt"),
    ("1 < 2 &lt;p&gt; &amp;amp;", "1 < 2 <p> &amp;"),
    ("<pdf>x</pdf><prefix>y", "xy"),
    ("<p title=\"it's>ok</p>", "ok"),
    ("&#229;&#xE5;&aring;", "ååå"),
]
RTF = [
    (r"{\rtf1\ansi F\'f8rste\par Anden\line Tredje\tab fjerde}", "Første\nAnden\nTredje fjerde"),
    (r"{\rtf1{\fonttbl{\f0 Arial;}}{\colortbl;\red0;}{\stylesheet{\s1 N;}}{\info{\author X}}tekst}", "tekst"),
    (r"{\rtf1{\*\generator Riched20;}{\header h}{\footer f}{\pict 00ff}{\object o}synlig}", "synlig"),
    (r"{\rtf1 \u230?bler \u-4051?}", "æbler \uf02d"),
    (r"{\rtf1\uc2 \u229 ??re{\uc0 \u248 x}\u230 ??}", "åreøxæ"),
    (r"{\rtf1 \u229\'e5r}", "år"),
    (r"{\rtf1 \u-10179?\u-8704?}", "😀"),
    (r"{\rtf1 to\~ord bag\_efter \{x\} \\}", "to ord bag-efter {x} \\"),
    ("{\\rtf1 en\r\n linje\nendnu}", "en linjeendnu"),
    (r"{\rtf1\b fed\b0  slut\'80}", "fed slut€"),
]


@pytest.mark.parametrize(
    ("form", "source", "expected"),
    [(form, *case) for form, cases in (("text", TEXT), ("html", HTML), ("rtf", RTF)) for case in cases],
)
def test_text_is_evened_out_as_ruled(form: str, source: str, expected: str) -> None:
    assert normalise_text(source, form) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("  Sam\ttale\r\nmed ", "Sam tale med"), ("\u00a0\u2003", None), (None, None), ("", None), ("A\u030a", "Å")],
)
def test_a_line_is_evened_out_as_ruled(value: str | None, expected: str | None) -> None:
    assert normalise_line(value) == expected


def test_no_text_costs_more_than_its_length() -> None:
    # Each of these takes minutes where a search starts over at every character.
    for piece in ("<a", '<a "', "<a '", "<!--", "<script ", "\\u", "{", " \n", "&#"):
        for form in ("html", "rtf", "text"):
            normalise_text(piece * 300_000, form)


LETTERS = st.text(st.sampled_from(" \t\r\n\u00a0abæÅ<>&;/{}\\'\"pbru0123456789-\u030a\u2003–"), max_size=40)


@given(LETTERS, st.sampled_from(["text", "html", "rtf"]))
def test_normal_text_is_stable(text: str, form: str) -> None:
    once = normalise_text(text, form)
    assert normalise_text(once, "text") == once
    assert normalise_text(write_as(once, form), form) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.lists(st.tuples(LETTERS, st.sampled_from(["text", "text", "html", "rtf"])), min_size=1, max_size=8))
def test_landing_normalises_as_the_specification_does(notes: list[tuple[str, str]]) -> None:
    delivered = pa.array([text for text, _ in notes], pa.string())
    formats = pa.array([form for _, form in notes], pa.string())
    read = read_texts(delivered, formats, PSEUDONYMS)
    assert read.compared.to_list() == [PSEUDONYMS.mask(normalise_text(text, form))[0] for text, form in notes]
    # What is stored says the same as what is compared, and nothing of it was masked in vain.
    assert [normalise_text(text, form) for text, (_, form) in zip(read.stored.to_list(), notes, strict=True)] == (
        read.compared.to_list()
    )
    assert delivered.to_pylist() == [text for text, _ in notes]


@given(st.lists(LETTERS.map(lambda text: text or None), min_size=1, max_size=8))
def test_landing_evens_out_lines_as_the_specification_does(values: list[str | None]) -> None:
    titel = ENTITIES["journalnotat"].column("titel")
    made = conform(titel, pa.array(values, pa.string()), PSEUDONYMS)
    lines = [normalise_line(value) for value in values]
    assert made.landed.to_pylist() == [line and PSEUDONYMS.mask(line)[0] for line in lines]


def test_arrow_keeps_what_polars_had() -> None:
    assert as_arrow(pl.Series(["å", None, ""])).to_pylist() == ["å", None, ""]
