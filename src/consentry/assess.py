"""The pipeline: posts in, assessments out. The command line, the batch job and other programs all use this."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from consentry.copies import Bank, copy_signal, looked_up_on
from consentry.faces import Claim, FaceMatcher, FacePicture
from consentry.media import Limits, MediaError, OpenedMedia, failed_outcome, open_media
from consentry.policy import Policy, decide, load_policy
from consentry.policy.reported import check_number_of_posts
from consentry.records import (
    Assessment,
    Case,
    Circumstances,
    ComponentDigest,
    ErrorNote,
    FaceSignal,
    Fact,
    Media,
    MediaInput,
    MediaOutcome,
    Post,
    Report,
    ReportAssessment,
    SceneSignal,
    Signals,
)
from consentry.runtime import ModelError, ModelFolder, RuntimeSettings
from consentry.scene import SceneScorer, scene_signal
from consentry.text import analyse_text
from consentry.text import component as text_component

LONGEST_SIDE = 1024
"""Pictures are decoded so that neither side is longer: enough for faces of 20 pixels, and for everything else."""


@dataclass(frozen=True)
class _Opened:
    """A case with its media decoded as far as they can be."""

    case: Case
    outcomes: tuple[MediaOutcome, ...]
    media: tuple[OpenedMedia, ...]
    references: tuple[OpenedMedia, ...]
    errors: tuple[ErrorNote, ...]


class Assessor:
    """Models, bank and policy, loaded once; assesses any number of posts.

    Use `load`. A model that cannot be loaded does not stop the others: what it would have measured is unknown, and
    every assessment says so.

    Attributes:
        policy: What decides.
        components: Digests of everything that results depend on besides their input.
        unavailable: What could not be loaded.
    """

    def __init__(
        self,
        *,
        policy: Policy,
        scorer: SceneScorer | None,
        matcher: FaceMatcher | None,
        bank: Bank,
        limits: Limits,
        workers: int,
        components: tuple[ComponentDigest, ...],
        unavailable: tuple[ErrorNote, ...] = (),
    ) -> None:
        self.policy = policy
        self.components = components
        self.unavailable = unavailable
        self._scorer = scorer
        self._matcher = matcher
        self._bank = bank
        self._limits = limits
        self._workers = workers

    @classmethod
    def load(
        cls,
        *,
        policy: str | Path | None = None,
        models: Path | None = None,
        bank: Path | None = None,
        settings: RuntimeSettings = RuntimeSettings(),
        limits: Limits = Limits(),
    ) -> Assessor:
        """Load everything that assessing needs.

        Args:
            policy: Name of a policy that ships, or a file; the 2021-11-30 policy by default.
            models: Another folder of models.
            bank: File of fingerprints of known media; without one, copies are not looked for.
            settings: Where networks run.
            limits: Bounds on what media may be.

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
            matcher = FaceMatcher.load(settings, models)
            components.append(_component(matcher.folder))
        except ModelError as error:
            unavailable.append(error.note(stage="faces"))
        return cls(
            policy=loaded_policy,
            scorer=scorer,
            matcher=matcher,
            bank=loaded_bank,
            limits=limits,
            workers=settings.resolved_threads(),
            components=tuple(sorted(components, key=lambda component: component.name)),
            unavailable=tuple(unavailable),
        )

    def assess(
        self,
        post: Post,
        report: Report | None = None,
        references: Sequence[MediaInput | Path | str] = (),
        facts: Iterable[Fact] = (),
    ) -> Assessment:
        """Assess one post.

        Args:
            post: What was published.
            report: What the reporter says; without one the media are scored and the words read all the same.
            references: Photos of the claimant, as `Media` or paths.
            facts: Answers of reviewers, results of look-ups.

        Raises:
            PolicyError: A fact has a name or value that the policy does not know.
        """
        case = Case.model_validate(
            {"post": post, "report": report, "references": tuple(references), "facts": tuple(facts)}
        )
        (assessment,) = self.assess_many([case])
        return assessment

    def assess_report(
        self,
        report: Report,
        posts: Sequence[Post],
        references: Sequence[MediaInput | Path | str] = (),
        facts: Mapping[str, Iterable[Fact]] | None = None,
    ) -> ReportAssessment:
        """Assess the posts that one report names, each for itself and all for the same claim.

        Args:
            report: What the reporter says of all of them.
            posts: Up to five.
            references: Photos of the claimant.
            facts: Answers and look-ups by ``post_id``.

        Raises:
            PolicyError: ``report.too_many_posts`` from the sixth post on; a fact that the policy does not know.
        """
        check_number_of_posts(report.report_id, [post.post_id for post in posts])
        answers = facts or {}
        cases = [
            Case.model_validate(
                {
                    "post": post,
                    "report": report,
                    "references": tuple(references),
                    "facts": tuple(answers.get(post.post_id, ())),
                }
            )
            for post in posts
        ]
        return ReportAssessment(report_id=report.report_id, assessments=tuple(self.assess_many(cases)))

    def assess_many(self, cases: Iterable[Case], *, batch_size: int = 16) -> Iterator[Assessment]:
        """Assess any number of cases, in their order; the next batch is decoded while one is measured.

        A medium that cannot be read, or a reference photo that cannot be used, costs that medium or photo and stands
        in its assessment. Assessments do not depend on ``batch_size``.
        """
        remaining = iter(cases)
        with ThreadPoolExecutor(self._workers, thread_name_prefix="consentry-decode") as pool:
            current: list[Future[_Opened]] = []
            while True:
                following = [pool.submit(self._open, case) for case in islice(remaining, batch_size)]
                if current:
                    yield from self._assess([future.result() for future in current])
                if not following:
                    return
                current = following

    def _open(self, case: Case) -> _Opened:
        outcomes, media, references, errors = [], [], [], []
        for item in case.post.media:
            opened = self._try_open(item)
            if isinstance(opened, MediaError):
                outcomes.append(failed_outcome(item.media_id, opened))
                errors.append(opened.note(stage="media", media_id=item.media_id))
            else:
                outcomes.append(opened.outcome())
                media.append(opened)
                if opened.note:
                    errors.append(opened.note)
        for photo in case.references:
            opened = self._try_open(photo)
            if isinstance(opened, MediaError):
                errors.append(opened.note(stage="references", media_id=photo.media_id))
            else:
                references.append(opened)
        return _Opened(case, tuple(outcomes), tuple(media), tuple(references), tuple(errors))

    def _try_open(self, item: Media) -> OpenedMedia | MediaError:
        try:
            return open_media(item, limits=self._limits, longest_side=LONGEST_SIDE)
        except MediaError as error:
            return error

    def _assess(self, batch: Sequence[_Opened]) -> Iterator[Assessment]:
        faces = self._faces(batch)
        scenes = self._scenes(batch, [_most_faces(signals) for signals, _, _ in faces])
        for opened, scene, (face, used, refused) in zip(batch, scenes, faces, strict=True):
            case = opened.case
            signals = Signals(
                media=opened.outcomes,
                scene=scene,
                faces=face,
                # Without a bank nothing was looked up: unknown, not "no copy".
                copies=tuple(
                    copy_signal(item.media_id, item.frames, self._bank, on=looked_up_on(case)) for item in opened.media
                )
                if self._bank.entries
                else (),
                text=analyse_text(case.post.text),
                references_given=len(case.references),
                references_used=used,
                errors=(*self.unavailable, *opened.errors, *refused),
            )
            decided = decide(self.policy, case.post, case.report, signals, case.facts)
            yield Assessment(
                post_id=case.post.post_id,
                report_id=case.report.report_id if case.report else None,
                signals=signals,
                circumstances=Circumstances.of(case.post, case.report, case.facts),
                facts=decided.facts,
                recommendation=decided.recommendation,
                components=self.components,
            )

    def _scenes(self, batch: Sequence[_Opened], faces: Sequence[Mapping[str, int]]) -> list[tuple[SceneSignal, ...]]:
        if self._scorer is None:
            return [() for _ in batch]
        frames = [frame.pixels for opened in batch for item in opened.media for frame in item.frames]
        readings = iter(self._scorer.score(frames))
        return [
            tuple(
                scene_signal(
                    item.media_id,
                    [frame.second for frame in item.frames],
                    list(islice(readings, len(item.frames))),
                    self._scorer.model_id,
                    self._scorer.kinds,
                    found.get(item.media_id, 0),
                )
                for item in opened.media
            )
            for opened, found in zip(batch, faces, strict=True)
        ]

    def _faces(self, batch: Sequence[_Opened]) -> list[tuple[tuple[FaceSignal, ...], int, tuple[ErrorNote, ...]]]:
        if self._matcher is None:
            return [((), 0, ()) for _ in batch]
        claims = [Claim(_pictures(opened.media), _pictures(opened.references)) for opened in batch]
        return [(found.signals, found.references_used, found.refused) for found in self._matcher.compare(claims)]


def _pictures(media: Sequence[OpenedMedia]) -> tuple[FacePicture, ...]:
    return tuple(
        FacePicture(item.media_id, frame.pixels, item.scale, frame.second) for item in media for frame in item.frames
    )


def _most_faces(signals: Sequence[FaceSignal]) -> dict[str, int]:
    """By medium, the largest number of faces at one moment."""
    return {
        signal.media_id: max(Counter(face.second for face in signal.faces).values(), default=0) for signal in signals
    }


def _component(folder: ModelFolder) -> ComponentDigest:
    return ComponentDigest(name=folder.name, version=folder.version, sha256=folder.digest)
