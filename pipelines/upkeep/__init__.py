"""Keeping a lake: every file held to its sum, and what nothing needs any more removed."""

from pipelines.upkeep.retention import Kept, RetentionPlan, apply_retention, plan_retention
from pipelines.upkeep.verify import Verified, verify_lake

__all__ = ["Kept", "RetentionPlan", "Verified", "apply_retention", "plan_retention", "verify_lake"]
