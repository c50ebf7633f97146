"""What can go wrong with a proof, apart from its being refuted."""

from __future__ import annotations

from typing import ClassVar

from consentry.errors import ConsentryError


class SolverMissingError(ConsentryError):
    """The solver is not installed. Code: ``proving.solver_missing``."""

    default_code: ClassVar[str] = "proving.solver_missing"

    def __init__(
        self,
        message: str = "The solver z3, which proves, explains and compares policies, is not installed.",
        remedy: str = "Install it with: pip install 'consentry[prove]'.",
        *,
        code: str | None = None,
    ) -> None:
        super().__init__(message, remedy, code=code)


class EncodingError(ConsentryError):
    """The prover and the evaluator do not mean the same. Code: ``proving.disagreement``.

    Never expected: every case that a proof rests on is decided by the evaluator before it is shown.
    """

    default_code: ClassVar[str] = "proving.disagreement"

    def __init__(
        self,
        message: str,
        remedy: str = "This is a fault of Consentry, not of the policy: report it with the policy's file, and do not "
        "rely on the proof.",
        *,
        code: str | None = None,
    ) -> None:
        super().__init__(message, remedy, code=code)


class UndecidedError(ConsentryError):
    """The solver gave up. Code: ``proving.undecided``."""

    default_code: ClassVar[str] = "proving.undecided"

    def __init__(
        self,
        message: str = "The solver could not decide a question in the time it has.",
        remedy: str = "Give it more time, or split the clause that grew last.",
        *,
        code: str | None = None,
    ) -> None:
        super().__init__(message, remedy, code=code)
