"""The pipeline: posts in, assessments out. The command line, the batch job and other programs all use this."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from consentry.faces.enrolment import ClaimStore
from consentry.look_ahead import Bounds, Key, OpenedCase, in_order, measured_as_ready
from consentry.measuring import measured
from consentry.media import DecoderPool, Limits, OpenedMedia
from consentry.parts import Parts, load_parts
from consentry.policy import decide
from consentry.policy.reported import check_number_of_posts
from consentry.records import (
    Assessment,
    Case,
    Circumstances,
    Fact,
    Media,
    MediaInput,
    Post,
    Report,
    ReportAssessment,
)
from consentry.runtime import RuntimeSettings

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
        claims: ClaimStore | None = None,
    ) -> None:
        self.policy = parts.policy
        self.components = parts.components
        self.unavailable = parts.unavailable
        self.settings = settings
        self.limits = limits
        self._parts = parts
        self._claims = claims
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
    ) -> Assessor:
        """Load everything that assessing needs.

        Args:
            policy: Name of a policy that ships, or a file; the 2021-11-30 policy by default.
            models: Another folder of models.
            bank: File of fingerprints of known media; without one, copies are not looked for.
            settings: Where networks run.
            limits: Bounds on what media may be, and on how far words are searched.
            contained: Decode media in processes of their own (see `DecoderPool`); false only for trusted media.
            claims: Store of enrolled reference templates (`consentry.faces.enrolment`), for cases that say so.
            embedder: What faces are compared with: ``dlib``, or a model folder of one's own.
            read_pictures: Whether words inside pictures are read; what that costs stands in docs/text.md.

        Raises:
            PolicyError: The policy is missing or invalid.
            CopyBankError: The bank is missing or invalid.
            RuntimeDeviceError: The device is not there.
        """
        return cls(
            load_parts(
                settings,
                policy=policy,
                models=models,
                bank=bank,
                embedder=embedder,
                read_pictures=read_pictures,
                most_characters=limits.text_characters,
            ),
            limits=limits,
            settings=settings,
            contained=contained,
            claims=ClaimStore(claims) if isinstance(claims, Path) else claims,
        )

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

    def assess_many(self, cases: Iterable[Case], *, batch_size: int = 16) -> Iterator[Assessment]:
        """Assess any number of cases, in their order; media are decoded ahead while others are measured.

        A medium that cannot be read, or a reference photo that cannot be used, costs that medium or photo and stands
        in its assessment. Assessments do not depend on ``batch_size``.

        Raises:
            PolicyError: A fact has a name or value that the policy does not know.
        """
        for outcome in in_order(self.assess_as_ready(enumerate(cases), batch_size=batch_size)):
            if isinstance(outcome, Exception):
                raise outcome
            yield outcome

    def assess_as_ready(
        self,
        cases: Iterable[tuple[Key, Case]],
        *,
        batch_size: int = 16,
        fetch: Callable[[Media], Media] | None = None,
    ) -> Iterator[tuple[Key, Assessment | Exception]]:
        """Assess any number of cases, each with a key; results come as they are ready, in any order.

        One slow video holds up no other case, and a case that fails costs that case alone. Memory is bounded however
        many cases there are. Assessments are those of `assess_many`.

        Args:
            cases: Drawn from only a little ahead of the results.
            batch_size: Most cases that go through the networks together; changes no result.
            fetch: Makes a local medium of one that lies elsewhere, or raises a `MediaError`. Called in threads.
        """
        opening = self._workers + 2 if fetch is None else max(FETCHERS, self._workers + 2)
        with ThreadPoolExecutor(FETCHERS, thread_name_prefix="consentry-fetch") as fetchers:

            def open_media(item: Media) -> Future[OpenedMedia]:
                if fetch is None or type(item) is Media:
                    return self._decoders.open(item, longest_side=LONGEST_SIDE)
                return fetchers.submit(lambda: self._decoders.open(fetch(item), longest_side=LONGEST_SIDE).result())

            yield from measured_as_ready(
                cases, open_media, self._assess_each, Bounds(opening=opening, batch_size=batch_size)
            )

    def _assess_each(self, batch: Sequence[OpenedCase]) -> list[Assessment | Exception]:
        """Assess a batch; if it fails, case by case, so that the others get their assessments."""
        try:
            return list(self._assess(batch))
        except Exception as error:  # noqa: BLE001  whatever it is, it is handed on to whoever asked for the case
            if len(batch) == 1:
                return [error]
            return [outcome for opened in batch for outcome in self._assess_each([opened])]

    def _assess(self, batch: Sequence[OpenedCase]) -> Iterator[Assessment]:
        for opened, signals in zip(batch, measured(batch, self._parts, self._claims), strict=True):
            case = opened.case
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
