"""The examples that end each command's help."""

from __future__ import annotations

_COMMANDS = {
    "pull": """
afstem pull
afstem pull --system edh --kommune 0751
KMD_SAG=postgresql://afstem:secret@db.example/kmdsag afstem pull --system kmd_sag
afstem pull --estate /srv/afstem/estate.yaml --json""",
    "land": """
AFSTEM_KEY=$(cat afstem.key) afstem land
afstem land --estate /srv/afstem/estate.yaml --json""",
    "reconcile": """
afstem reconcile
afstem reconcile --kommune 0751
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
afstem rules --english
afstem rules --format html > regelkatalog.html""",
    "dictionary": """
afstem dictionary
afstem dictionary > dataordbog.md""",
    "query": """
afstem query "FROM afstemning.fund"
afstem query "SELECT udfald, count(*) FROM afstemning.pligt GROUP BY ALL" --kommune 0751
afstem query "FROM afstemning.balance WHERE venstre <> hoejre" --format csv > balance.csv
afstem query --format json < question.sql
afstem query""",
    "findings": """
afstem findings
afstem findings --new
afstem findings --gone --since 5d41402abc4b2a76
afstem findings --rule R02 --kommune 0751 --format csv > fund.csv""",
    "explain": """
afstem explain 0bd32752df898b62
afstem explain 86b5be89-4e41-5113-b761-133fa524ebb2 --json
afstem explain J0000130 --kommune 0420
afstem explain J0000130 --kommune 0420 --reveal --why 'Klage, sag 21/4711'""",
    "closable": """
afstem closable
afstem closable --kommune 0751 --format csv > kan-afsluttes.csv""",
    "readiness": """
afstem readiness
afstem readiness --kommune 0751 --format json""",
    "waive": """
afstem waive 0bd32752df898b62
afstem waive 0bd32752df898b62 --run 5d41402abc4b2a76""",
    "notify": """
afstem notify --show
afstem notify --run 5d41402abc4b2a76""",
    "verify": """
afstem verify
afstem verify --kommune 0751 --json""",
    "retention": """
afstem retention
afstem retention --apply""",
    "pools": """
afstem pools > pools.json""",
    "demo": """
afstem demo
afstem demo --folder small-demo --cases 300 --seed 7""",
}

# \b keeps the lines as they stand.
EXAMPLES = {name: "\b\nExamples:" + lines.replace("\n", "\n  ") for name, lines in _COMMANDS.items()}
