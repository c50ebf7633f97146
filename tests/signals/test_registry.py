"""Signals are found, ordered, and refused with a reason."""

from __future__ import annotations

import importlib
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from made_signals import Bright

from consentry import ConsentryError
from consentry.records import ErrorNote
from consentry.signals import registry
from consentry.signals.copies import CopyBankError
from consentry.signals.protocol import SHIPPED, Signal, SignalSetup
from consentry.signals.registry import SignalError, check, load_signals, registered


class Dark(Bright):
    name = "dark"
    words = ("dark",)
    after = ("bright", "faces")


class AfterDark(Bright):
    after = ("dark",)


class Unnamed(Bright):
    components = ()


class Loud(Bright):
    words = ("Loud!",)


class Twice(Bright):
    words = ("a", "a")


class Unloadable(Bright):
    @classmethod
    def load(cls, _setup: SignalSetup) -> Any:
        raise RuntimeError("no such file")


class Refusing(Bright):
    @classmethod
    def load(cls, _setup: SignalSetup) -> Any:
        raise ConsentryError("It needs a licence.", "Buy one.", code="bright.licence")


class Formless:
    name = "bright"

    @classmethod
    def load(cls, _setup: SignalSetup) -> Formless:
        return cls()


def adding(monkeypatch: pytest.MonkeyPatch, **classes: type) -> None:
    """As if packages with these signals were installed; ``_again`` stands for a second package of the same name."""
    points = [
        EntryPoint(name.removesuffix("_again"), f"made:{kind.__name__}", registry.GROUP)
        for name, kind in classes.items()
    ]
    here = SimpleNamespace(**{kind.__name__: kind for kind in classes.values()})
    monkeypatch.setattr(registry, "entry_points", lambda group: points)
    monkeypatch.setattr(registry, "import_module", lambda module: here)


@pytest.fixture(autouse=True)
def only_the_four_ship_fast(monkeypatch: pytest.MonkeyPatch) -> None:
    """The four stand in for themselves without their models, which other tests load."""

    def load(self: registry.Registered, setup: SignalSetup) -> Signal:
        if self.ships:
            made = Bright()
            made.name, made.words = self.name, ()
            made.after = ("faces",) if self.name == "scene" else ()
            return made
        return original(self, setup)

    original = registry.Registered.load
    monkeypatch.setattr(registry.Registered, "load", load)


def test_the_four_that_ship_are_there_and_of_the_form() -> None:
    assert [one.name for one in registered()][: len(SHIPPED)] == list(SHIPPED)
    assert {one.package for one in registered()[: len(SHIPPED)]} == {"consentry"}
    for one in registered():
        module, _, name = one.target.partition(":")
        kind = getattr(importlib.import_module(module), name)
        assert kind.name == one.name
        assert kind.cost.milliseconds > 0


def test_each_comes_after_those_whose_results_it_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    adding(monkeypatch, dark=Dark, bright=Bright)
    loaded = load_signals(SignalSetup())
    order = [signal.name for signal in loaded.in_order]
    assert order.index("dark") > order.index("bright")
    assert order.index("scene") > order.index("faces")
    assert [signal.name for signal in loaded.listed] == [*SHIPPED, "bright", "dark"]
    assert [signal.name for signal in loaded.others] == ["bright", "dark"]
    assert isinstance(loaded.named("dark"), Dark)
    assert loaded.named("nobody") is None


def test_one_that_is_left_out_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    adding(monkeypatch, bright=Bright)
    loaded = load_signals(SignalSetup(), without=["bright", "copies"])
    assert [signal.name for signal in loaded.listed] == ["scene", "faces", "text"]
    assert [(note.stage, note.code) for note in loaded.unavailable] == [
        ("copies", "signal.switched_off"),
        ("bright", "signal.switched_off"),
    ]
    with pytest.raises(SignalError, match="no signal 'brihgt'") as caught:
        load_signals(SignalSetup(), without=["brihgt"])
    assert caught.value.code == "signal.unknown"
    assert "bright" in caught.value.remedy


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        (Unloadable, "signal.load", "RuntimeError: no such file"),
        (Refusing, "bright.licence", "needs a licence"),
        (Unnamed, "signal.invalid", "no component"),
        (Loud, "signal.invalid", "announce its words"),
        (Twice, "signal.invalid", "a word twice"),
        (Formless, "signal.invalid", "has no words and no needs"),
        (Dark, "signal.invalid", "calls itself 'dark'"),
    ],
)
def test_one_that_cannot_be_loaded_stops_nobody(
    monkeypatch: pytest.MonkeyPatch, kind: type, code: str, says: str
) -> None:
    adding(monkeypatch, bright=kind)
    loaded = load_signals(SignalSetup())
    (note,) = loaded.unavailable
    assert (note.stage, note.code) == ("bright", code)
    assert says in note.message
    assert isinstance(note, ErrorNote)
    assert [signal.name for signal in loaded.listed] == list(SHIPPED)


def test_two_of_one_name_names_that_ship_and_odd_names_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for classes in ({"bright": Bright, "bright_again": Bright}, {"scene": Bright}, {"Bright": Bright}):
        adding(monkeypatch, **classes)
        with pytest.raises(SignalError) as caught:
            registered()
        assert caught.value.code == "signal.invalid"


def test_signals_that_wait_for_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    adding(monkeypatch, dark=Dark, bright=AfterDark)
    with pytest.raises(SignalError, match="wait for each other") as caught:
        load_signals(SignalSetup())
    assert caught.value.code == "signal.circle"


def test_what_is_of_the_form_passes() -> None:
    check(Bright(), "bright")


def test_a_bank_that_is_not_there_is_the_callers_to_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.undo()
    with pytest.raises(CopyBankError):
        registry.Registered("copies", "consentry", "consentry.signals.copies.measure:CopyMeasure").load(
            SignalSetup(bank=tmp_path / "none.csv")
        )
