"""Telling of a night: what changed since the last time that it was told, by mail, Teams or Slack, and in the log."""

from pipelines.notify.message import Message, compose, late
from pipelines.notify.telling import Sent, notify, send_to_all, since

__all__ = ["Message", "Sent", "compose", "late", "notify", "send_to_all", "since"]
