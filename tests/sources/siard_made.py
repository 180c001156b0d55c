"""Small arkiveringsversioner for tests, and large tables for measuring: every name, text and number is made."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.sax.saxutils import escape

import polars as pl

INDEX_NAMESPACE = "http://www.sa.dk/xmlns/diark/1.0"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


@dataclass
class Document:
    """One document: ``files`` by their names, ``parent`` its pID."""

    files: Mapping[str, bytes]
    medium: int = 1
    collection: int = 1
    parent: int | None = None
    original: str = "brev.docx"


@dataclass
class MadeTable:
    """One table: ``frame`` has text columns; ``required`` columns are not nullable; ``meanings`` as tableIndex has."""

    frame: pl.DataFrame
    medium: int = 1
    required: Sequence[str] = ()
    meanings: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass
class Made:
    """An arkiveringsversion to be written. ``mark``: every XML file begins with a byte order mark."""

    tables: Mapping[str, MadeTable]
    documents: Mapping[int, Document] = field(default_factory=dict)
    id: str = "AVID.AFS.17001"
    media: int = 1
    mark: bool = False
    namespace: str = INDEX_NAMESPACE
    line_end: str = "\n"

    def write(self, folder: Path) -> None:
        """Write all media folders to ``folder``, fileIndex last."""
        for number in range(1, self.media + 1):
            (folder / f"{self.id}.{number}").mkdir(parents=True)
        for number, (name, table) in enumerate(self.tables.items(), 1):
            at = folder / f"{self.id}.{table.medium}" / "Tables" / f"table{number}"
            self._put(at / f"table{number}.xml", table_xml(table.frame.rows(), number))
            self._put(at / f"table{number}.xsd", "<schema/>")
            assert name
        for identity, document in self.documents.items():
            at = folder / f"{self.id}.{document.medium}/Documents/docCollection{document.collection}/{identity}"
            at.mkdir(parents=True)
            for name, content in document.files.items():
                (at / name).write_bytes(content)
        indices = folder / f"{self.id}.1" / "Indices"
        self._put(
            indices / "archiveIndex.xml",
            self._root(
                "archiveIndex",
                f"<archiveInformationPackageID>{self.id}</archiveInformationPackageID>"
                f"<containsDigitalDocuments>{str(bool(self.documents)).lower()}</containsDigitalDocuments>",
            ),
        )
        self._put(indices / "contextDocumentationIndex.xml", self._root("contextDocumentationIndex", ""))
        self._put(indices / "tableIndex.xml", self._root("siardDiark", self._tables()))
        if self.documents:
            self._put(indices / "docIndex.xml", self._root("docIndex", self._documents()))
        write_file_index(folder, self.id, self.namespace, mark=self.mark)

    def _put(self, path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = text.replace("\n", self.line_end)
        path.write_bytes(("\ufeff" * self.mark + text).encode())

    def _root(self, name: str, inside: str) -> str:
        return f'{HEAD}<{name} xmlns="{self.namespace}" {XSI}>\n{inside}</{name}>\n'

    def _tables(self) -> str:
        return (
            "<version>1.0</version><tables>"
            + "".join(
                f"<table><name>{name}</name><folder>table{number}</folder><description/>\n<columns>"
                + "".join(
                    f"<column><name>{column}</name><columnID>c{place}</columnID><type>CHARACTER VARYING(4000)</type>"
                    f"<nullable>{str(column not in table.required).lower()}</nullable><description/>"
                    + "".join(
                        f"<functionalDescription>{meaning}</functionalDescription>"
                        for meaning in table.meanings.get(column, ())
                    )
                    + "</column>\n"
                    for place, column in enumerate(table.frame.columns, 1)
                )
                + f"</columns><primaryKey><name>PK{number}</name><column>{table.frame.columns[0]}</column></primaryKey>"
                f"<rows>{len(table.frame)}</rows></table>\n"
                for number, (name, table) in enumerate(self.tables.items(), 1)
            )
            + "</tables>"
        )

    def _documents(self) -> str:
        return "".join(
            f"<doc><dID>{identity}</dID>"
            + ('<pID xsi:nil="true"/>' if document.parent is None else f"<pID>{document.parent}</pID>")
            + f"<mID>{document.medium}</mID><dCf>docCollection{document.collection}</dCf>"
            f"<oFn>{escape(document.original)}</oFn><aFt>tif</aFt></doc>\n"
            for identity, document in self.documents.items()
        )


def write_file_index(folder: Path, identity: str, namespace: str = INDEX_NAMESPACE, *, mark: bool = False) -> None:
    """Write fileIndex anew for what lies in ``folder``, so that a test can spoil a file and have it listed."""
    index = folder / f"{identity}.1" / "Indices" / "fileIndex.xml"
    lines = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path != index):
        place = str(path.parent.relative_to(folder)).replace("/", "\\")
        md5 = hashlib.md5(path.read_bytes()).hexdigest().upper()
        lines.append(f"<f><foN>{place}</foN><fiN>{path.name}</fiN><md5>{md5}</md5></f>\n")
    text = f'{HEAD}<fileIndex xmlns="{namespace}" {XSI}>\n{"".join(lines)}</fileIndex>'
    index.write_bytes(("\ufeff" * mark + text).encode())


def table_xml(rows: Iterable[Sequence[str | None]], number: int = 1) -> str:
    """A table's XML as archive writers write it; None is nil."""
    return "".join(_table_lines(rows, number))


def write_table_xml(path: Path, rows: Iterable[Sequence[str | None]], number: int = 1) -> None:
    """Write a table's XML row by row; for measuring with hundreds of megabytes."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.writelines(_table_lines(rows, number))


def _table_lines(rows: Iterable[Sequence[str | None]], number: int) -> Iterable[str]:
    namespace = f"http://www.sa.dk/xmlns/siard/1.0/schema0/table{number}.xsd"
    yield f'{HEAD}<table xmlns="{namespace}" {XSI} xsi:schemaLocation="{namespace} table{number}.xsd">\n'
    for row in rows:
        yield f"  <row>{''.join(_cell(place, value) for place, value in enumerate(row, 1))}</row>\n"
    yield "</table>\n"


def _cell(place: int, value: str | None) -> str:
    if value is None:
        return f'<c{place} xsi:nil="true"/>'
    # A carriage return that is not written as a reference is a line feed to every reader.
    return f"<c{place}>{escape(value, {chr(13): '&#xD;'})}</c{place}>"
