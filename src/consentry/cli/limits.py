"""``--limit name=value``: bounds on media and words, in the units that people write."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

if TYPE_CHECKING:
    from consentry.media import Limits


_MOST: Final = 2**53
"""As good as no limit, and a number that every system call takes."""


class _Measure(NamedTuple):
    """What a limit counts.

    Attributes:
        units: Of one step, by the letters behind the number, in lower case.
        whole: Whether the limit is a whole number.
        example: What a message may propose.
    """

    units: dict[str, int]
    whole: bool
    example: str


_BYTES: Final = _Measure(
    {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "kib": 2**10, "mib": 2**20, "gib": 2**30},
    whole=True,
    example="50MB",
)
_SECONDS: Final = _Measure({"": 1, "s": 1, "min": 60, "h": 3600}, whole=False, example="10min")
_COUNT: Final = _Measure({"": 1, "k": 10**3, "m": 10**6, "g": 10**9}, whole=True, example="600")
_RATE: Final = _Measure({"": 1}, whole=False, example="0.5")

MEASURES: Final = {
    "max_bytes": _BYTES,
    "max_pixels": _COUNT,
    "max_side": _COUNT,
    "max_duration": _SECONDS,
    "max_frames": _COUNT,
    "max_streams": _COUNT,
    "frames_per_second": _RATE,
    "max_decoded_frames": _COUNT,
    "max_decoded_pixels": _COUNT,
    "max_seconds": _SECONDS,
    "max_memory": _BYTES,
    "media_per_post": _COUNT,
    "photos_per_report": _COUNT,
    "text_characters": _COUNT,
}
"""Every field of `consentry.media.Limits`, written out so that ``--help`` need not load it."""

LimitOption = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="Another bound on media and words, such as max_bytes=50MB or max_duration=10min; repeat for more. Changes "
        "results. "
        # Without commas: on a terminal of 80 columns the longest name just fits.
        f"Names: {' '.join(MEASURES)} (docs/media.md).",
    ),
]
TrustedOption = Annotated[
    bool,
    typer.Option(
        "--trusted-media",
        help="WARNING: decodes inside this program, so that a hostile file can crash it or take it over, and "
        "max_memory does not hold. Only for media that you made yourself.",
    ),
]


def limits_of(given: Iterable[str]) -> Limits:
    """The defaults, with what was given in their place.

    Args:
        given: As ``name=value``, the value with or without a unit.

    Raises:
        typer.BadParameter: A name is unknown or comes twice, or a value is none.
    """
    from consentry.media import Limits

    values: dict[str, float] = {}
    for item in given:
        name, separator, written = (part.strip() for part in item.partition("="))
        if not separator:
            raise _wrong(f"{item!r}: write name=value, such as max_bytes=50MB")
        if name not in MEASURES:
            near = get_close_matches(name, MEASURES, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(MEASURES)}"
            raise _wrong(f"there is no limit {name!r}; {hint}")
        if name in values:
            raise _wrong(f"{name} was given twice")
        values[name] = _value(name, written, MEASURES[name])
    return Limits(**values)  # type: ignore[arg-type]  # whole numbers where they must be: see _value


def _value(name: str, written: str, measure: _Measure) -> float:
    match = re.fullmatch(r"([0-9]+(?:_[0-9]+)*(?:\.[0-9]+)?) *([a-z]*)", written, re.IGNORECASE | re.ASCII)
    unit = measure.units.get(match[2].lower()) if match else None
    if match is None or unit is None:
        units = ", ".join(unit for unit in measure.units if unit)
        known = f", with or without {units}" if units else ""
        raise _wrong(f"{name}={written}: write a number{known}, such as {measure.example}")
    value = Decimal(match[1]) * unit
    if not 0 < value <= _MOST or (measure.whole and value != int(value)):
        kind = "a whole number" if measure.whole else "a number"
        raise _wrong(f"{name}={written}: it must be {kind} above 0 and no larger than {_MOST:,}")
    return int(value) if measure.whole else float(value)


def _wrong(words: str) -> typer.BadParameter:
    return typer.BadParameter(f"{words}.", param_hint="--limit")
