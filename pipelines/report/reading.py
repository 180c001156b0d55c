"""Read what the report says from what the run published.

Nothing is judged here: verdicts are those of ``kontrol.json``, numbers those of the run's tables.
"""

from __future__ import annotations

from collections import defaultdict

import duckdb

from pipelines.contract import kommuner
from pipelines.report.contents import Cell, Contents, Figure, KommunePart, Row, RulePart, tally, worst
from pipelines.report.patterns import read_patterns, sentences
from pipelines.run_record import RunRecord

# Enough to see what is wrong; the query beside the table lists them all.
FINDINGS_SHOWN = 25
_PATTERNS_SHOWN = 20

_FUND = (
    "fund_id VARCHAR, koersel_id VARCHAR, regel VARCHAR, alvor VARCHAR, ejer VARCHAR, kommunekode VARCHAR, "
    "objekttype VARCHAR, objekt_id VARCHAR, sag_uuid VARCHAR, sted VARCHAR, system VARCHAR, udfald VARCHAR, "
    "aarsag VARCHAR, modpart_id VARCHAR"
)
_SHAPES = {
    "balance": "kommunekode VARCHAR, objekttype VARCHAR, sted VARCHAR, ligning VARCHAR, venstre BIGINT, hoejre BIGINT",
    "dom": "regel VARCHAR, kommunekode VARCHAR, dom VARCHAR, brud BIGINT, vurderet BIGINT, venter BIGINT, "
    "forklaret BIGINT, begrundelse VARCHAR, begrundelse_en VARCHAR",
    "pligt_antal": "kommunekode VARCHAR, objekttype VARCHAR, sted VARCHAR, system VARCHAR, udfald VARCHAR, "
    "aarsag VARCHAR, antal BIGINT",
    "oprindelse_antal": "kommunekode VARCHAR, objekttype VARCHAR, sted VARCHAR, system VARCHAR, ophav VARCHAR, "
    "aarsag VARCHAR, antal BIGINT",
    "figur": "kommunekode VARCHAR, celle VARCHAR, objekttype VARCHAR, antal BIGINT, skyldt BIGINT",
    "fund": _FUND,
    "fund_forklaret": _FUND,
}
# The order of the letter's figure.
_PLACES = "CASE sted WHEN 'edh' THEN 1 ELSE 2 END"
_THINGS = "list_position(['sag', 'journalnotat', 'dokument', 'fil', 'dokument_sag'], objekttype)"


def read_contents(run: RunRecord) -> Contents:
    """Read what run ``run`` published.

    Raises ``UsageError`` when the run has not been validated, ``LakeDamaged`` when something changed.
    """
    kontrol: Row = run.judgement()
    verdicts = {(e["suite"], e["genstand"], e["kommunekode"]): e["verdict"] for e in kontrol["forventninger"]}
    ligninger = {e["genstand"]: e for e in kontrol["forventninger"] if e["suite"] == "balance"}
    with duckdb.connect() as connection:
        for name, columns in _SHAPES.items():
            connection.execute(f"CREATE TABLE {name} ({columns})")
            if paths := run.tables(name):
                connection.read_parquet(paths).create_view("published")
                connection.execute(f"INSERT INTO {name} BY NAME FROM published")
                connection.execute("DROP VIEW published")
        figures = _figures(connection)
        regler = [_rule(connection, header, run.kommuner, verdicts) for header in run.record["regler"]]
        kommune_parts = [
            KommunePart(
                kommunekode=kommunekode,
                navn=kommuner()[kommunekode],
                optaget=run.record["kommuner"][kommunekode],
                figur=figures[kommunekode],
                balance=_balance(connection, kommunekode, list(ligninger)),
                domme={rule.header["id"]: verdicts["rules", rule.header["id"], kommunekode] for rule in regler},
                udfald=_matrix(connection, "pligt_antal", "udfald", kommunekode),
                verdict=worst(tally(e["verdict"] for e in kontrol["forventninger"] if e["kommunekode"] == kommunekode)),
            )
            for kommunekode in run.kommuner
        ]
        return Contents(
            record=run.record,
            kontrol=kontrol,
            optaelling={
                suite: tally(e["verdict"] for e in kontrol["forventninger"] if e["suite"] == suite)
                for suite in ("landing", "balance", "rules")
            },
            verdict=worst(kontrol["optaelling"]),
            figur=_sum_of(list(figures.values())),
            kommuner=kommune_parts,
            regler=regler,
            udfald=_matrix(connection, "pligt_antal", "udfald"),
            ophav=_matrix(connection, "oprindelse_antal", "ophav"),
            aarsager=_causes(connection),
            moenstre=sentences(read_patterns(run), most=_PATTERNS_SHOWN),
            fund_forklaret=_rows(
                connection,
                f"FROM fund_forklaret ORDER BY kommunekode, regel, {_THINGS}, fund_id",
            ),
            ligninger=ligninger,
            afvigelser=[
                {**waiver, "udloebet": kind == "udloebne_afvigelser"}
                for kommunekode in run.kommuner
                for kind in ("afvigelser", "udloebne_afvigelser")
                for waiver in run.record["kommuner"][kommunekode][kind]
            ],
            snapshots=run.snapshots(),
            fund_i_alt=_rows(connection, "SELECT count(*) AS antal FROM fund")[0]["antal"],
        )


def _rows(connection: duckdb.DuckDBPyConnection, query: str, *values: str) -> list[Row]:
    result = connection.execute(query, list(values))
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _figures(connection: duckdb.DuckDBPyConnection) -> dict[str, Figure]:
    figures: dict[str, Figure] = defaultdict(lambda: defaultdict(Cell))
    for row in _rows(connection, "FROM figur"):
        cell = figures[row["kommunekode"]][row["celle"], row["objekttype"]]
        cell.antal, cell.skyldt = row["antal"], row["skyldt"] or 0
    for row in _rows(connection, "FROM pligt_antal"):
        figures[row["kommunekode"]][row["sted"], row["objekttype"]].udfald[row["udfald"]] += row["antal"]
    return figures


def _sum_of(figures: list[Figure]) -> Figure:
    total: Figure = defaultdict(Cell)
    for figure in figures:
        for place, cell in figure.items():
            total[place].antal += cell.antal
            total[place].skyldt += cell.skyldt
            for udfald, antal in cell.udfald.items():
                total[place].udfald[udfald] += antal
    return total


def _rule(
    connection: duckdb.DuckDBPyConnection,
    header: Row,
    kommunekoder: list[str],
    verdicts: dict[tuple[str, str, str], str],
) -> RulePart:
    rule_id = header["id"]
    found = {row["kommunekode"]: row for row in _rows(connection, "FROM dom WHERE regel = ?", rule_id)}
    nothing = dict.fromkeys(("brud", "vurderet", "venter", "forklaret", "begrundelse", "begrundelse_en"))
    arter = _rows(
        connection,
        "SELECT objekttype, sted, udfald, aarsag, count(*) AS antal, count(DISTINCT kommunekode) AS kommuner "
        "FROM fund WHERE regel = ? GROUP BY ALL ORDER BY antal DESC, objekttype, sted, udfald, aarsag",
        rule_id,
    )
    # The first of each kind before the second of any, so that a frequent fault hides no rare one.
    fund = _rows(
        connection,
        "WITH nummereret AS (SELECT *, row_number() OVER ("
        "PARTITION BY objekttype, sted, udfald, aarsag ORDER BY fund_id, kommunekode) AS nummer FROM fund "
        f"WHERE regel = ? ORDER BY nummer, fund_id, kommunekode LIMIT {FINDINGS_SHOWN}) "
        f"FROM nummereret ORDER BY kommunekode, {_THINGS}, udfald, aarsag, fund_id",
        rule_id,
    )
    return RulePart(
        header=header,
        domme=[
            {
                **nothing,
                **found.get(kommunekode, {}),
                "kommunekode": kommunekode,
                "verdict": verdicts["rules", rule_id, kommunekode],
            }
            for kommunekode in kommunekoder
        ],
        fund=fund,
        fund_i_alt=sum(art["antal"] for art in arter),
        arter=arter,
    )


def _balance(connection: duckdb.DuckDBPyConnection, kommunekode: str, ligninger: list[str]) -> list[Row]:
    """The kommune's equations, in the order in which the suite names them."""
    rows = _rows(
        connection,
        "SELECT *, coalesce(venstre = hoejre, FALSE) AS stemmer FROM balance WHERE kommunekode = ? "
        f"ORDER BY ligning, {_PLACES}, sted, {_THINGS}",
        kommunekode,
    )
    order = {ligning: place for place, ligning in enumerate(ligninger)}
    return sorted(rows, key=lambda row: order.get(row["ligning"], len(order)))


def _matrix(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, kommunekode: str | None = None
) -> list[Row]:
    """Counts per place, system and object type: ``antal`` maps each value of ``column`` to its count."""
    where, values = ("WHERE kommunekode = ?", [kommunekode]) if kommunekode else ("", [])
    rows: dict[tuple[str, ...], Row] = {}
    for row in _rows(
        connection,
        f"SELECT sted, system, objekttype, {column}, sum(antal)::BIGINT AS antal FROM {table} {where} "
        f"GROUP BY sted, system, objekttype, {column} ORDER BY {_PLACES}, system, {_THINGS}",
        *values,
    ):
        place = (row["sted"], row["system"], row["objekttype"])
        entry = rows.setdefault(place, {"sted": place[0], "system": place[1], "objekttype": place[2], "antal": {}})
        entry["antal"][row[column]] = row["antal"]
    return list(rows.values())


def _causes(connection: duckdb.DuckDBPyConnection) -> list[Row]:
    return _rows(
        connection,
        "SELECT udfald, aarsag, sted, objekttype, sum(antal)::BIGINT AS antal, "
        "count(DISTINCT kommunekode) AS kommuner FROM "
        "(SELECT kommunekode, sted, objekttype, udfald, aarsag, antal FROM pligt_antal UNION ALL "
        "SELECT kommunekode, sted, objekttype, ophav, aarsag, antal FROM oprindelse_antal) "
        "WHERE aarsag IS NOT NULL GROUP BY udfald, aarsag, sted, objekttype "
        f"ORDER BY udfald = 'forklaret', udfald, antal DESC, aarsag, {_PLACES}, "
        f"{_THINGS}",
    )
