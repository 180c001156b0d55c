"""Landing: deliveries checked, conformed, pseudonymised and published as snapshots."""

from pipelines.landing.outcomes import Outcome, land
from pipelines.landing.pseudonym import key_from_environment, read_key, read_text_key, text_key_from_environment

__all__ = ["Outcome", "key_from_environment", "land", "read_key", "read_text_key", "text_key_from_environment"]
