"""Afstem: reconciliation of cases, notes and documents across a change of case system."""

__version__ = "0.1.0"
