"""Telling of a night: what changed since the last time that it was told, by mail, Teams or Slack, and in the log."""

from pipelines.notify.message import Message, broken_off, compose, late
from pipelines.notify.telling import Sent, is_told, last_told, notify, send_to_all, since

__all__ = [
    "Message",
    "Sent",
    "broken_off",
    "compose",
    "is_told",
    "last_told",
    "late",
    "notify",
    "send_to_all",
    "since",
]
