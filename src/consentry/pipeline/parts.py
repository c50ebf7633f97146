"""What the pipeline is made of: the policy, the models and the bank, loaded once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consentry.policy import Policy, load_policy
from consentry.records import ComponentDigest, ErrorNote
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.signals.copies import Bank
from consentry.signals.faces import FaceMatcher
from consentry.signals.scene import SceneScorer
from consentry.signals.text import TextReader
from consentry.signals.text import component as text_component


@dataclass(frozen=True)
class Parts:
    """Everything that measures and decides.

    Attributes:
        policy: What decides.
        scorer: Of scenes; ``None`` if it could not be loaded.
        matcher: Of faces; ``None`` if it could not be loaded.
        bank: Fingerprints of known media; empty if none was given.
        words: Reads texts, and words inside pictures if it was asked to.
        components: Digests of everything that results depend on besides their input and the settings, by name.
        unavailable: What could not be loaded.
    """

    policy: Policy
    scorer: SceneScorer | None
    matcher: FaceMatcher | None
    bank: Bank
    words: TextReader
    components: tuple[ComponentDigest, ...]
    unavailable: tuple[ErrorNote, ...] = ()


def load_parts(
    settings: RuntimeSettings,
    *,
    policy: str | Path | None,
    models: Path | None,
    bank: Path | None,
    embedder: str,
    read_pictures: bool,
    most_characters: int,
) -> Parts:
    """Load what can be loaded; arguments as for `consentry.Assessor.load`, and how far a text is searched.

    Raises:
        PolicyError: The policy is missing or invalid.
        CopyBankError: The bank is missing or invalid.
        RuntimeDeviceError: The device is not there.
    """
    loaded_policy = load_policy(policy)
    loaded_bank = Bank.load(bank) if bank else Bank.empty()
    components = [loaded_policy.digest, text_component()]
    if bank:
        components.append(ComponentDigest(name="bank", version=bank.name, sha256=loaded_bank.sha256))
    unavailable: list[ErrorNote] = []
    scorer = matcher = None
    try:
        scorer = SceneScorer.load(settings, models)
        components.append(_component(scorer.folder))
    except ModelError as error:
        unavailable.append(error.note(stage="scene"))
    try:
        matcher = FaceMatcher.load(settings, models, embedder=embedder)
        components.extend(_component(folder) for folder in matcher.folders)
    except ModelError as error:
        unavailable.append(error.note(stage="faces"))
    words = TextReader.load(settings, models, read_pictures=read_pictures, most_characters=most_characters)
    components.extend(_component(folder) for folder in words.folders)
    unavailable.extend(words.unavailable)
    return Parts(
        policy=loaded_policy,
        scorer=scorer,
        matcher=matcher,
        bank=loaded_bank,
        words=words,
        components=tuple(sorted(components, key=lambda component: component.name)),
        unavailable=tuple(unavailable),
    )


def _component(folder: ModelFolder) -> ComponentDigest:
    return ComponentDigest(name=folder.name, version=folder.version, sha256=folder.digest)
