"""The auditor's report."""

from pipelines.report.page import write_report

__all__ = ["write_report"]
