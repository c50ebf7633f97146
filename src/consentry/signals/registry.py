"""Which signals there are: the four that ship, and those that installed packages add by an entry point.

A package names its class in the group ``consentry.signals`` of its ``pyproject.toml``:

    [project.entry-points."consentry.signals"]
    nudity = "our_package.nudity:Nudity"
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final

from consentry.errors import ConsentryError
from consentry.records import ErrorNote
from consentry.records.extra_signals import NAME_PATTERN
from consentry.signals.protocol import SHIPPED, Signal, SignalSetup

GROUP: Final = "consentry.signals"
"""The group of entry points."""

_CLASSES: Final[Mapping[str, str]] = {
    "scene": "consentry.signals.scene.measure:SceneMeasure",
    "faces": "consentry.signals.faces.measure:FaceMeasure",
    "copies": "consentry.signals.copies.measure:CopyMeasure",
    "text": "consentry.signals.text.measure:TextMeasure",
}
_TAKEN: Final = ("media", "references", "manifest", "assess", "cues", "reading", "findings")
"""Stages of notes that are no signals."""
_ATTRIBUTES: Final = ("words", "needs", "after", "components", "unavailable", "cost", "measure")
_WAYS_OUT: Final = "Mend or remove the package that adds it, or leave the signal out with --without-signal."


class SignalError(ConsentryError):
    """A signal cannot be used. Its codes: ``consentry errors signal``."""

    default_code = "signal.invalid"


@dataclass(frozen=True)
class Registered:
    """A signal that could be loaded.

    Attributes:
        name: Its name.
        package: The package that adds it, with its version.
        target: Its class, as ``module:name``.
    """

    name: str
    package: str
    target: str

    @property
    def ships(self) -> bool:
        """Whether it is one of the four."""
        return self.name in SHIPPED

    def load(self, setup: SignalSetup) -> Signal:
        """Import its class and load it.

        Raises:
            ConsentryError: What its `load` raises on purpose.
            SignalError: ``signal.load`` for whatever else goes wrong, ``signal.invalid`` if it is not of the form.
        """
        module, _, attribute = self.target.partition(":")
        try:
            signal = getattr(import_module(module), attribute).load(setup)
        except ConsentryError:
            raise
        except Exception as error:
            if self.ships:
                raise  # a mistake of our own: it must not pass for a missing model
            raise SignalError(
                f"The signal {self.name!r} of {self.package} cannot be loaded: {type(error).__name__}: {error}.",
                _WAYS_OUT,
                code="signal.load",
            ) from error
        check(signal, self.name)
        found: Signal = signal
        return found


@dataclass(frozen=True)
class LoadedSignals:
    """Signals ready to measure.

    Attributes:
        in_order: As they have to be measured: each after those whose results it reads.
        unavailable: What could not be loaded, in the order in which assessments list signals.
    """

    in_order: tuple[Signal, ...]
    unavailable: tuple[ErrorNote, ...] = ()

    @property
    def listed(self) -> tuple[Signal, ...]:
        """As assessments list them: the four that ship, then the others by name."""
        return tuple(sorted(self.in_order, key=lambda signal: _place(signal.name)))

    @property
    def others(self) -> tuple[Signal, ...]:
        """Those that did not come with Consentry, by name."""
        return tuple(signal for signal in self.listed if signal.name not in SHIPPED)

    def named(self, name: str) -> Any:
        """One of them, as its own class; ``None`` if it is not there."""
        return next((signal for signal in self.in_order if signal.name == name), None)


def registered() -> tuple[Registered, ...]:
    """Every signal that could be loaded: the four that ship, then the others by name.

    Raises:
        SignalError: ``signal.invalid``: two packages add a signal of one name, or one takes a name that ships, or its
            name is not of the form.
    """
    found = {name: Registered(name, "consentry", _CLASSES[name]) for name in SHIPPED}
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        package = _package(point)
        if not re.fullmatch(NAME_PATTERN, point.name) or point.name in _TAKEN:
            raise SignalError(
                f"{package} adds a signal named {point.name!r}.",
                f"Its author must use lower-case letters, digits and underscores, and none of: {', '.join(_TAKEN)}.",
            )
        if point.name in found:
            raise SignalError(
                f"{package} adds a signal {point.name!r}, which {found[point.name].package} has already.",
                "Remove one of the two packages, or have one of them renamed.",
            )
        found[point.name] = Registered(point.name, package, point.value)
    return tuple(found.values())


def load_signals(setup: SignalSetup, *, without: Iterable[str] = ()) -> LoadedSignals:
    """Load every registered signal; one that cannot be loaded does not stop the others.

    Args:
        setup: What there is to load them with.
        without: Names of signals that are not wanted: what they would have measured is unknown.

    Raises:
        SignalError: `without` names a signal that is not there; two have one name; they wait for each other.
        ConsentryError: What the caller named for one that ships cannot be used, such as a bank.
    """
    there = registered()
    unwanted = set(without)
    if unknown := sorted(unwanted - {one.name for one in there}):
        raise SignalError(
            f"There is no signal {unknown[0]!r}.",
            f"There are: {', '.join(one.name for one in there)}.",
            code="signal.unknown",
        )
    signals: dict[str, Signal] = {}
    notes: list[ErrorNote] = []
    for one in there:
        if one.name in unwanted:
            notes.append(_switched_off(one.name))
            continue
        try:
            signal = one.load(setup)
        except ConsentryError as error:
            if one.ships:
                raise
            notes.append(error.note(stage=one.name))
        else:
            signals[one.name] = signal
            notes.extend(signal.unavailable)
    return LoadedSignals(tuple(signals[name] for name in _order(list(signals.values()))), tuple(notes))


def check(signal: Any, name: str) -> None:
    """Make sure that a signal is of the form of `consentry.signals.protocol.Signal`.

    Raises:
        SignalError: ``signal.invalid``, with what is missing.
    """
    missing = [attribute for attribute in _ATTRIBUTES if not hasattr(signal, attribute)]
    problem = ""
    if getattr(signal, "name", None) != name:
        problem = f"calls itself {getattr(signal, 'name', None)!r}"
    elif missing:
        problem = f"has no {' and no '.join(missing)}"
    elif name not in SHIPPED:
        words = tuple(signal.words)
        if not words or not all(isinstance(word, str) and re.fullmatch(NAME_PATTERN, word) for word in words):
            problem = "must announce its words, with lower-case letters, digits and underscores"
        elif len(set(words)) < len(words):
            problem = "announces a word twice"
        elif not signal.components:
            problem = "names no component: without version and digest, nobody can make its results again"
    if problem:
        raise SignalError(f"The signal {name!r} {problem}.", "See consentry.signals.protocol.Signal. " + _WAYS_OUT)


def _order(signals: Sequence[Signal]) -> list[str]:
    """Each after those whose results it reads; otherwise as listed, so that the order is always the same."""
    names = {signal.name for signal in signals}
    sorter = TopologicalSorter({signal.name: [name for name in signal.after if name in names] for signal in signals})
    try:
        sorter.prepare()
    except CycleError as error:
        circle = " after ".join(error.args[1])
        raise SignalError(f"Signals wait for each other: {circle}.", _WAYS_OUT, code="signal.circle") from error
    found: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=_place)
        found += ready
        sorter.done(*ready)
    return found


def _place(name: str) -> tuple[int, str]:
    return (SHIPPED.index(name) if name in SHIPPED else len(SHIPPED), name)


def _switched_off(name: str) -> ErrorNote:
    return ErrorNote(
        stage=name,
        code="signal.switched_off",
        message=f"The signal {name!r} was switched off, so what it would have measured is unknown.",
        remedy="Leave out --without-signal to measure it.",
    )


def _package(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.value
