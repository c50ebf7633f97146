"""The root of every error that Consentry raises on purpose.

Each has a stable ``code`` that programs may rely on, one sentence of what happened and one of what to do.
"""

from __future__ import annotations

from typing import ClassVar, Final

from consentry.records import ErrorNote

LONGEST_MESSAGE: Final = 2_000
"""Characters of what a note says happened, and of what it says to do."""


class ConsentryError(Exception):
    """An expected failure.

    Attributes:
        code: Stable, lower-case, dotted: ``room.what``. Subclasses set their own, or pass one when raising.
        message: What happened, in one sentence.
        remedy: What to do about it, in one sentence.
    """

    default_code: ClassVar[str] = "consentry.error"

    def __init__(self, message: str, remedy: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code or self.default_code
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}"

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (type(self), self.message, self.remedy, self.code)

    def note(self, *, stage: str, media_id: str | None = None) -> ErrorNote:
        """The same failure as a record that can stand in an assessment.

        Messages name what they are about, and names come from elsewhere; what is longer than a page is cut.
        """
        message, remedy = (
            said if len(said) <= LONGEST_MESSAGE else f"{said[: LONGEST_MESSAGE - 1]}…"
            for said in (self.message, self.remedy)
        )
        return ErrorNote(stage=stage, code=self.code, message=message, remedy=remedy, media_id=media_id)


def _rebuild(kind: type[ConsentryError], message: str, remedy: str, code: str) -> ConsentryError:
    return kind(message, remedy, code=code)
