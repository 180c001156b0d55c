"""The part of the estate that says who is told of a night, and how."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.estate_sources import Named

Address = Annotated[str, Field(pattern=r"^[^@\s,<>]+@[^@\s,<>]+$")]


class Varsling(BaseModel):
    """One channel. ``forbindelse`` holds the mail server's address, or the webhook's whole address, which is a secret.

    ``fra`` and ``til``: who a mail is from and to. ``kun_ved_aendring``: nothing is sent when nothing has changed and
    nothing is missing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    art: Literal["mail", "teams", "slack"]
    forbindelse: Named
    fra: Address | None = None
    til: tuple[Address, ...] = ()
    kun_ved_aendring: bool = False

    @model_validator(mode="after")
    def _fits(self) -> Varsling:
        if self.art == "mail" and (self.fra is None or not self.til):
            raise ValueError("art mail needs fra and til")
        if self.art != "mail" and (self.fra is not None or self.til):
            raise ValueError(f"art {self.art} has no fra and no til: the webhook's address says where it goes")
        return self
