"""Sending a message: mail over SMTP, Teams and Slack over their webhooks. No address of a webhook is ever shown."""

from __future__ import annotations

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from email.message import EmailMessage
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.connections import read_connection, read_secret
from pipelines.errors import InputError, TransientFailure
from pipelines.estate_notice import Varsling
from pipelines.notify.message import Message

SECONDS = 30
_MACHINE_ITSELF = frozenset({"localhost", "127.0.0.1", "::1"})
# Asked too much or not there for a while; anything else of the kind 4xx stays wrong.
_TRANSIENT = frozenset({408, 425, 429})


class NotSent(TransientFailure):
    """A channel could not be reached."""


def send(message: Message, varsling: Varsling, folder: Path) -> None:
    """Send ``message``; ``folder`` is the estate's.

    Raises ``NotSent`` when the channel could not be reached, ``InputError`` when it was and refused.
    """
    if varsling.art == "mail":
        _mail(message, varsling, folder)
    else:
        _post(varsling.art, _body(message, varsling.art), read_secret(varsling.forbindelse, folder))


def _mail(message: Message, varsling: Varsling, folder: Path) -> None:
    server = read_connection(varsling.forbindelse, "", folder)
    if server.drivername not in ("smtp", "smtps") or not server.host:
        raise InputError("The forbindelse of a mail must be smtp://user:password@host:port, or smtps://.")
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = message.subject, varsling.fra, ", ".join(varsling.til)
    mail.set_content(message.text)
    context = ssl.create_default_context()
    try:
        smtp: smtplib.SMTP
        if server.drivername == "smtps":
            smtp = smtplib.SMTP_SSL(server.host, server.port or 465, timeout=SECONDS, context=context)
        else:
            smtp = smtplib.SMTP(server.host, server.port or 587, timeout=SECONDS)
        with smtp:
            if server.drivername == "smtp" and server.host not in _MACHINE_ITSELF:
                smtp.starttls(context=context)
            if server.username:
                smtp.login(server.username, server.password or "")
            refused = smtp.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if _for_good(error):
            raise InputError(
                f"The mail server {server.host} refuses ({type(error).__name__}). Put user, password, encryption, fra "
                "or til of varsling right."
            ) from None
        raise NotSent(f"The mail server {server.host} could not be used ({type(error).__name__}). Try again.") from None
    if refused:
        # The others have it, and would have it twice if it were tried again.
        raise InputError(
            f"The mail server {server.host} refuses {len(refused)} of {len(varsling.til)} in til of varsling; the "
            "others have the mail. Put til right."
        )


def _for_good(error: Exception) -> bool:
    """Whether a mail server will refuse again: 4 and two digits is for now (RFC 5321, 4.2.1), as greylisting says."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    # A password that is no ASCII cannot be sent.
    return isinstance(error, smtplib.SMTPNotSupportedError | ValueError)


def _body(message: Message, art: str) -> dict[str, Any]:
    if art == "slack":
        # Slack reads these three as its own.
        text = message.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        return {"text": f"*{message.subject}*\n```{text}```"}
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": "1.4",
        "body": [
            {"type": "TextBlock", "weight": "Bolder", "wrap": True, "text": message.subject},
            *({"type": "TextBlock", "wrap": True, "spacing": "None", "text": line or " "} for line in _lines(message)),
        ],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }


def _lines(message: Message) -> list[str]:
    return message.text.splitlines()


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Where a webhook's address leads elsewhere, its secret does not follow."""

    def redirect_request(self, *_: Any) -> None:
        """Nothing: the answer is the redirect itself."""


def _post(art: str, body: dict[str, Any], address: str) -> None:
    try:
        parts = urlsplit(address)
        whole = parts.scheme == "https" or parts.hostname in _MACHINE_ITSELF
    except ValueError:
        whole = False
    if not whole:
        raise InputError(f"The forbindelse of {art} must be the webhook's whole address, https://…")
    request = urllib.request.Request(  # noqa: S310 - the scheme has been looked at
        address, json.dumps(body).encode(), {"Content-Type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS):
            return
    except urllib.error.HTTPError as error:
        error.close()
        if error.code >= 500 or error.code in _TRANSIENT:
            raise NotSent(f"{art} answers {error.code} for now. Try again.") from None
        raise InputError(f"{art} refuses with {error.code}. Make the webhook anew and put its address in.") from None
    except (OSError, HTTPException, ValueError) as error:
        raise NotSent(f"{art} could not be reached ({type(error).__name__}). Try again.") from None
