"""What the pipeline is made of: the policy and the signals, loaded once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from consentry.pipeline.allotted import Allotted
from consentry.policy import Policy, load_policy
from consentry.records import ComponentDigest, ErrorNote
from consentry.signals.protocol import SignalSetup
from consentry.signals.registry import LoadedSignals, load_signals


@dataclass(frozen=True)
class Parts:
    """Everything that measures and decides.

    Attributes:
        policy: What decides.
        signals: What measures.
        allotted: Keeps signals that others added to their time.
    """

    policy: Policy
    signals: LoadedSignals
    allotted: Allotted = field(default_factory=Allotted)

    @property
    def components(self) -> tuple[ComponentDigest, ...]:
        """Digests of everything that results depend on besides their input and the settings, by name."""
        found = [self.policy.digest, *(each for signal in self.signals.listed for each in signal.components)]
        return tuple(sorted(found, key=lambda component: component.name))

    @property
    def unavailable(self) -> tuple[ErrorNote, ...]:
        """What could not be loaded."""
        return self.signals.unavailable


def load_parts(setup: SignalSetup, *, policy: str | Path | None, without: Iterable[str] = ()) -> Parts:
    """Load what can be loaded; arguments as for `consentry.Assessor.load`.

    Raises:
        PolicyError: The policy is missing or invalid.
        CopyBankError: The bank is missing or invalid.
        RuntimeDeviceError: The device is not there.
        SignalError: A signal is to be left out that is not there, or two have one name.
    """
    return Parts(load_policy(policy), load_signals(setup, without=without))
