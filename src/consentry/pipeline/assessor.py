"""The pipeline: posts in, assessments out. The command line, the batch job and other programs all use this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from consentry.defects import InternalError, as_known, log
from consentry.errors import ConsentryError
from consentry.media import DecoderPool, Limits, OpenedMedia
from consentry.pipeline.assembling import Decided, decided
from consentry.pipeline.batching import Key, in_order, measured_as_ready
from consentry.pipeline.measuring import MeasuredPart, measured_each
from consentry.pipeline.opening_ahead import Bounds
from consentry.pipeline.parts import Parts, load_parts
from consentry.policy.deciding.reported import check_number_of_posts
from consentry.records import (
    Assessment,
    Case,
    Fact,
    Media,
    MediaInput,
    Post,
    Report,
    ReportAssessment,
)
from consentry.runtime import RuntimeSettings
from consentry.signals.faces.enrolment import ClaimStore
from consentry.signals.opened_cases import OpenedCase
from consentry.signals.protocol import Signal, SignalSetup

LONGEST_SIDE = 1024
"""Pictures are decoded so that neither side is longer: enough for faces of 20 pixels, and for everything else."""
LEAST_DECODERS = 2
"""One slow video leaves the other decoder free, also where networks have one thread."""
FETCHERS = 16
"""Media that are fetched from elsewhere at a time."""


class Assessor:
    """Models, bank and policy, loaded once; assesses any number of posts.

    Use `load`. A model that cannot be loaded does not stop the others: what it would have measured is unknown, and
    every assessment says so.

    Attributes:
        policy: What decides.
        components: Digests of everything that results depend on besides their input and the settings.
        unavailable: What could not be loaded.
        settings: Where networks run, and how precisely.
        limits: Bounds on what media may be, and on how far words are searched.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        limits: Limits,
        settings: RuntimeSettings,
        contained: bool = True,
    ) -> None:
        self.policy = parts.policy
        self.components = parts.components
        self.unavailable = parts.unavailable
        self.settings = settings
        self.limits = limits
        self._parts = parts
        self._workers = max(settings.resolved_threads(), LEAST_DECODERS)
        self._decoders = DecoderPool(workers=self._workers, limits=limits, contained=contained)

    @classmethod
    def load(
        cls,
        *,
        policy: str | Path | None = None,
        models: Path | None = None,
        bank: Path | None = None,
        settings: RuntimeSettings = RuntimeSettings(),
        limits: Limits = Limits(),
        contained: bool = True,
        claims: ClaimStore | Path | None = None,
        embedder: str = "dlib",
        read_pictures: bool = False,
        without: Iterable[str] = (),
    ) -> Assessor:
        """Load everything that assessing needs.

        Args:
            policy: Name of a policy that ships, or a file; the 2021-11-30 policy by default.
            models: Another folder of models.
            bank: File of fingerprints of known media; without one, copies are not looked for.
            settings: Where networks run.
            limits: Bounds on what media may be, and on how far words are searched.
            contained: Decode media in processes of their own (see `DecoderPool`); false only for trusted media.
            claims: Store of enrolled reference templates (`consentry.signals.faces.enrolment`), for cases that say so.
            embedder: What faces are compared with: ``dlib``, or a model folder of one's own.
            read_pictures: Whether words inside pictures are read; what that costs stands in docs/text.md.
            without: Names of signals that are not wanted; `consentry signals` lists those that there are.

        Raises:
            PolicyError: The policy is missing or invalid.
            CopyBankError: The bank is missing or invalid.
            RuntimeDeviceError: The device is not there.
            SignalError: A signal is to be left out that is not there, or two have one name.
        """
        setup = SignalSetup(
            settings=settings,
            models=models,
            bank=bank,
            claims=ClaimStore(claims) if isinstance(claims, Path) else claims,
            embedder=embedder,
            read_pictures=read_pictures,
            limits=limits,
        )
        parts = load_parts(setup, policy=policy, without=without)
        return cls(parts, limits=limits, settings=settings, contained=contained)

    @property
    def signals(self) -> tuple[Signal, ...]:
        """What measures, as assessments list it: the four that ship, then those that others added, by name."""
        return self._parts.signals.listed

    def close(self) -> None:
        """End the decoder processes at once; they also end with this object, and with the program."""
        self._decoders.close()

    def assess(
        self,
        post: Post,
        report: Report | None = None,
        references: Sequence[MediaInput | Path | str] = (),
        facts: Iterable[Fact] = (),
        *,
        enrolled: bool = False,
    ) -> Assessment:
        """Assess one post.

        Args:
            post: What was published.
            report: What the reporter says; without one the media are scored and the words read all the same.
            references: Photos of the claimant, as `Media` or paths.
            facts: Answers of reviewers, results of look-ups.
            enrolled: Compare with the templates that were enrolled for this report, in place of photos.

        Raises:
            PolicyError: A fact has a name or value that the policy does not know.
        """
        (assessment,) = self.assess_many([_case(post, report, references, facts, enrolled=enrolled)])
        return assessment

    def assess_report(
        self,
        report: Report,
        posts: Sequence[Post],
        references: Sequence[MediaInput | Path | str] = (),
        facts: Mapping[str, Iterable[Fact]] | None = None,
        *,
        enrolled: bool = False,
    ) -> ReportAssessment:
        """Assess the posts that one report names, each for itself and all for the same claim.

        Args:
            report: What the reporter says of all of them.
            posts: Up to five.
            references: Photos of the claimant.
            facts: Answers and look-ups by ``post_id``.
            enrolled: As in `assess`.

        Raises:
            PolicyError: ``report.too_many_posts`` from the sixth post on; a fact that the policy does not know.
        """
        check_number_of_posts(report.report_id, [post.post_id for post in posts])
        answers = facts or {}
        cases = [_case(post, report, references, answers.get(post.post_id, ()), enrolled=enrolled) for post in posts]
        return ReportAssessment(report_id=report.report_id, assessments=tuple(self.assess_many(cases)))

    def assess_many(
        self,
        cases: Iterable[Case],
        *,
        batch_size: int = 16,
        failed: Callable[[Case, ConsentryError], None] | None = None,
    ) -> Iterator[Assessment]:
        """Assess any number of cases, in their order; media are decoded ahead while others are measured.

        A medium that cannot be read, a reference photo that cannot be used, and a model that breaks over one of them
        cost that medium or photo and stand in its assessment. Assessments do not depend on ``batch_size``.

        Args:
            cases: Drawn from only a little ahead of the results.
            batch_size: Most cases that go through the networks together; changes no result.
            failed: Told of a case that no assessment comes about for, which is then left out. Unless it is given, such
                a case ends the iteration with its error, when its turn comes.

        Raises:
            PolicyError: A fact has a name or value that the policy does not know.
            InternalError: A defect of Consentry kept the policy from being applied.
        """
        waiting: dict[int, Case] = {}

        def numbered() -> Iterator[tuple[int, Case]]:
            for number, case in enumerate(cases):
                waiting[number] = case
                yield number, case

        def tell(number: int, defect: InternalError) -> None:
            log(defect, f"The post {waiting[number].post.post_id}")

        ready = self.assess_as_ready(numbered(), batch_size=batch_size, defects=tell)
        for number, outcome in in_order((number, (number, outcome)) for number, outcome in ready):
            case = waiting.pop(number)
            if isinstance(outcome, Assessment):
                yield outcome
            elif failed is None:
                raise outcome
            else:
                failed(case, outcome)

    def assess_as_ready(
        self,
        cases: Iterable[tuple[Key, Case | ConsentryError]],
        *,
        batch_size: int = 16,
        fetch: Callable[[Media], Media] | None = None,
        defects: Callable[[Key, InternalError], None] | None = None,
    ) -> Iterator[tuple[Key, Assessment | ConsentryError]]:
        """Assess any number of cases, each with a key; results come as they are ready, in any order.

        One slow video holds up no other case, and a case that fails costs that case alone: nothing that a case brings
        ends the iteration. Memory is bounded however many cases there are, and however many media one of them has.
        Assessments are those of `assess_many`.

        Args:
            cases: Drawn from only a little ahead of the results. An error in place of a case comes straight back.
            batch_size: Most cases that go through the networks together; changes no result.
            fetch: Makes a local medium of one that lies elsewhere, or raises a `MediaError`. Called in threads.
            defects: Told, before the result comes, of every defect of Consentry that a case met; the result says so
                too. Unless it is given, they are logged (logger ``consentry``).
        """
        tell = defects or (lambda key, defect: log(defect, f"The case {key}"))
        limits = self.limits
        bounds = Bounds(
            opening=self._workers + 2 if fetch is None else max(FETCHERS, self._workers + 2),
            batch_size=batch_size,
            media=limits.media_per_post,
            references=limits.photos_per_report,
        )
        fetchers = ThreadPoolExecutor(FETCHERS, thread_name_prefix="consentry-fetch")

        def open_media(item: Media) -> Future[OpenedMedia]:
            if fetch is None or type(item) is Media:
                return self._decoders.open(item, longest_side=LONGEST_SIDE)
            return fetchers.submit(lambda: self._decoders.open(fetch(item), longest_side=LONGEST_SIDE).result())

        try:
            for key, found in measured_as_ready(cases, open_media, self._measured, self._joined, bounds):
                if isinstance(found, ConsentryError):
                    yield key, found
                    continue
                for defect in found.defects:
                    tell(key, defect)
                yield key, found.outcome
        finally:
            # Whoever fetches ends what is under way; waiting here would keep an interrupt from doing so.
            fetchers.shutdown(wait=False, cancel_futures=True)

    def _measured(self, batch: Sequence[OpenedCase]) -> list[MeasuredPart | Decided]:
        """Measure cases, and parts of cases; what is whole is decided at once, beside the one that feeds decoders."""
        try:
            found = measured_each(batch, self._parts)
        except Exception as error:  # noqa: BLE001  signals that break are notes; what else breaks costs a case, not all
            if len(batch) > 1:
                return [part for opened in batch for part in self._measured([opened])]
            known = as_known(error, "the post from being measured")
            return [Decided(known, [known] if isinstance(known, InternalError) else [])]
        return [
            decided(opened.case, [part], self._parts) if opened.whole else part
            for opened, part in zip(batch, found, strict=True)
        ]

    def _joined(self, case: Case, found: Sequence[MeasuredPart | Decided]) -> Decided:
        whole = [part for part in found if isinstance(part, Decided)]
        return whole[0] if whole else decided(case, [p for p in found if isinstance(p, MeasuredPart)], self._parts)


def _case(
    post: Post,
    report: Report | None,
    references: Iterable[MediaInput | Path | str],
    facts: Iterable[Fact],
    *,
    enrolled: bool,
) -> Case:
    return Case.model_validate(
        {
            "post": post,
            "report": report,
            "references": tuple(references),
            "enrolled": enrolled,
            "facts": tuple(facts),
        }
    )
