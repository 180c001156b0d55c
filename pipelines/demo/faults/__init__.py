"""The faults that are put into the made world, each with the findings that it implies."""

from pipelines.demo.faults.case_changes import CASE_FAULTS
from pipelines.demo.faults.corrections import CORRECTION_FAULTS
from pipelines.demo.faults.documents import DOCUMENT_FAULTS
from pipelines.demo.faults.esdh import ESDH_FAULTS
from pipelines.demo.faults.giving_up import GIVING_UP_FAULTS
from pipelines.demo.faults.index import INDEX_FAULTS
from pipelines.demo.faults.injection import Injection
from pipelines.demo.faults.keys import KEY_FAULTS
from pipelines.demo.faults.notes import NOTE_FAULTS
from pipelines.demo.faults.states import STATE_FAULTS
from pipelines.demo.faults.transition import TRANSITION_FAULTS
from pipelines.demo.faults.waivers import WAIVER_FAULTS, waive_deviations

FAULTS = (
    *CASE_FAULTS,
    *NOTE_FAULTS,
    *DOCUMENT_FAULTS,
    *STATE_FAULTS,
    *KEY_FAULTS,
    *TRANSITION_FAULTS,
    *GIVING_UP_FAULTS,
    *CORRECTION_FAULTS,
    *WAIVER_FAULTS,
)
# The index and the new ESDH show what EDH holds, faults and all: their own faults come after that.
MIRROR_FAULTS = (*INDEX_FAULTS, *ESDH_FAULTS)

__all__ = ["FAULTS", "MIRROR_FAULTS", "Injection", "waive_deviations"]
