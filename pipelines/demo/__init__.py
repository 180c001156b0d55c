"""A made estate with known faults: real deliveries in an inbox, and the answer sheet beside it."""

from pipelines.demo.build import build_demo
from pipelines.demo.facit import Facit, compare, read_facit

# Marked for what it is: it stands in public source, so nothing but made citizens may be pseudonymised with it.
DEMO_KEY = b"DEMO KEY of Afstem, for made citizens only"

__all__ = ["DEMO_KEY", "Facit", "build_demo", "compare", "read_facit"]
