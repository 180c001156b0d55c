"""The examples that end each command's help."""

from __future__ import annotations

_COMMANDS = {
    "land": """
AFSTEM_KEY=$(cat afstem.key) afstem land
afstem land --estate /srv/afstem/estate.yaml --json""",
    "reconcile": """
afstem reconcile
afstem reconcile --date 2026-11-23 --json""",
    "validate": """
afstem validate
afstem validate --run 5d41402abc4b2a76 --json""",
    "report": """
afstem report
afstem report --run 5d41402abc4b2a76""",
    "run": """
AFSTEM_KEY=$(cat afstem.key) afstem run
afstem run --estate /srv/afstem/estate.yaml --json""",
    "rules": """
afstem rules
afstem rules R02
afstem rules --english""",
    "dictionary": """
afstem dictionary
afstem dictionary > dataordbog.md""",
    "query": """
afstem query "FROM afstemning.fund"
afstem query "SELECT udfald, count(*) FROM afstemning.pligt GROUP BY ALL" --kommune 0751
afstem query "FROM afstemning.balance WHERE venstre <> hoejre" --format csv > balance.csv
afstem query --format json < question.sql
afstem query""",
    "demo": """
afstem demo
afstem demo --folder small-demo --cases 200""",
}

# \b keeps the lines as they stand.
EXAMPLES = {name: "\b\nExamples:" + lines.replace("\n", "\n  ") for name, lines in _COMMANDS.items()}
