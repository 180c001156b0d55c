"""A night: every kommune pulled, reconciled, judged and told, by as many workers as there are.

What a scheduler's tasks call. Each takes and returns what can be written as JSON, and may be done twice.
"""

from pipelines.night.coming import TOO_NEW, Missing, missing_of, night_of, told_of, waited_for
from pipelines.night.pulling import SystemNight, account, pull_one
from pipelines.night.reconciling import gather_night, verdict_of

__all__ = [
    "TOO_NEW",
    "Missing",
    "SystemNight",
    "account",
    "gather_night",
    "missing_of",
    "night_of",
    "pull_one",
    "told_of",
    "verdict_of",
    "waited_for",
]
