"""The vocabulary: what goes into Consentry, what comes out, and the words for it.

Every record is frozen, refuses unknown fields, and serialises to JSON whose schema carries a version
(`json_schema`). Boxes are fractions of the upright picture, ``(left, top, right, bottom)`` in 0-1; times in a
video are seconds from its start; probabilities are calibrated and lie in 0-1. Nothing here imports anything of ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

SCHEMA_VERSION: Final = "1.1"
"""Raised in its first part when a field changes meaning or goes away, in its second when one is added."""

MOST_POSTS_A_REPORT: Final = 5
"""How many posts one report may name; the report form of the private information and media policy takes as many."""

Probability = Annotated[float, Field(ge=0.0, le=1.0)]
Box = tuple[Probability, Probability, Probability, Probability]
"""Left, top, right, bottom as fractions of the upright picture."""

YesNo = Literal["yes", "no", "unknown"]
Standing = Literal["depicted_person", "authorised_representative", "other"]
Authority = Literal["parent_guardian", "lawyer", "legal_representative"]
Identity = Literal["unverified", "pending", "verified", "rejected", "expired"]
Consent = Literal["refused", "withdrawn", "given", "unknown"]
AccountKind = Literal["private_individual", "public_figure", "media_outlet", "organisation", "government", "unknown"]
SceneBand = Literal["low", "uncertain", "high"]
CrowdLevel = Literal["none", "one", "few", "group", "crowd", "dense_crowd"]
FaceBand = Literal["match", "inconclusive", "no_match", "no_face"]
FactSource = Literal["model", "report", "post", "lookup", "reviewer"]
CountedFrom = Literal["post", "report", "decision"]
ClauseKind = Literal["violation", "prohibited_behaviour", "exception", "override", "gate", "routing"]
Action = Literal[
    "no_action",
    "request_verification",
    "review",
    "review_urgent",
    "recommend_restrict",
    "recommend_removal",
    "route_out",
]


class Record(BaseModel):
    """What all records have in common: frozen, no unknown fields, no NaN."""

    # Validators are built when a record is first used: importing the vocabulary stays cheap.
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, defer_build=True)


# --- what goes in -----------------------------------------------------------------------------------------------


class Media(Record):
    """One image or video, as a path or as bytes (exactly one of the two).

    Attributes:
        media_id: How results speak of it; the file's name unless given.
        path: Where it lies.
        data: Its bytes, for callers that hold them in memory.
    """

    media_id: str = ""
    path: Path | None = None
    data: bytes | None = Field(default=None, repr=False)

    @model_validator(mode="before")
    @classmethod
    def _name_after_file(cls, value: Any) -> Any:
        if isinstance(value, dict) and not value.get("media_id") and value.get("path"):
            return {**value, "media_id": Path(value["path"]).name}
        return value

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.path is None) == (self.data is None):
            raise ValueError("give either a path or data, not both and not neither")
        if not self.media_id:
            raise ValueError("media given as bytes needs a media_id")
        return self


def _as_media(value: object) -> object:
    return {"path": value} if isinstance(value, str | Path) else value


def _distinct_ids(media: tuple[Media, ...]) -> tuple[Media, ...]:
    """Two files of one name in one post get a number, so that every result names one medium."""
    seen: dict[str, int] = {}
    named = []
    taken = {item.media_id for item in media}
    for item in media:
        seen[item.media_id] = count = seen.get(item.media_id, 0) + 1
        if count > 1:
            candidate = f"{item.media_id}#{count}"
            while candidate in taken:
                count += 1
                candidate = f"{item.media_id}#{count}"
            taken.add(candidate)
            item = item.model_copy(update={"media_id": candidate})
        named.append(item)
    return tuple(named)


MediaInput = Annotated[Media, BeforeValidator(_as_media)]


class Post(Record):
    """What was published.

    Attributes:
        post_id: The platform's name for it.
        media: Images and videos; a path or a string stands for `Media` with that path.
        text: The words that came with the media.
        posted_at: When, if known.
        account: The kind of account that published it.
    """

    post_id: str = Field(min_length=1)
    media: tuple[MediaInput, ...] = ()
    text: str = ""
    posted_at: datetime | None = None
    account: AccountKind = "unknown"

    @model_validator(mode="after")
    def _media_have_distinct_ids(self) -> Self:
        object.__setattr__(self, "media", _distinct_ids(self.media))
        return self


class Report(Record):
    """What the reporter says, and what became of the check of their identity.

    Proving identity is somebody else's job; its outcome is taken as a fact.

    Attributes:
        standing: As whom they report.
        authority: On what grounds a representative speaks; ``None`` if not stated.
        identity: Outcome of the identity check of the depicted person (and of the representative's authority).
        consent: What the depicted person says of the publication.
        reported_at: When the report came in. Deadlines are counted from it, never from the clock.
        statement: The reporter's own words, for the reviewer.
        window_days: Over how many days up to this report the three counts below run.
        reports_by_reporter: Reports by this reporter in the window, this one among them; ``None`` if not counted.
        rejected_reports_by_reporter: How many of the reporter's reports in the window a person has rejected.
        reports_against_account: Reports by anybody in the window against the account that published the post.
    """

    report_id: str = Field(min_length=1)
    standing: Standing
    authority: Authority | None = None
    identity: Identity = "unverified"
    consent: Consent = "unknown"
    reported_at: datetime | None = None
    statement: str = ""
    window_days: int | None = Field(default=None, ge=1)
    reports_by_reporter: int | None = Field(default=None, ge=0)
    rejected_reports_by_reporter: int | None = Field(default=None, ge=0)
    reports_against_account: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _authority_belongs_to_representatives(self) -> Self:
        if self.authority is not None and self.standing != "authorised_representative":
            raise ValueError("authority is only for an authorised_representative")
        return self


class Fact(Record):
    """A named thing that is yes, no or unknown, or one of a closed list of words.

    Attributes:
        value: ``yes``, ``no``, ``unknown`` or a word of the fact's list.
        source: Where it comes from. A reviewer's answer outranks a look-up, which outranks a model.
        observed_at: When a reviewer or a look-up said so.
        detail: Why, in words: the number and the threshold that it was held against, or who said so.
    """

    name: str
    value: str
    source: FactSource
    observed_at: datetime | None = None
    detail: str = ""


class Case(Record):
    """Everything about one post that an assessment is made from.

    Attributes:
        report: ``None`` scores the media alone.
        references: Verified photos of the depicted person. They belong to this report, and serve it alone.
        facts: What reviewers answered, look-ups found or the report says besides; outranks what models say.
    """

    post: Post
    report: Report | None = None
    references: tuple[MediaInput, ...] = ()
    facts: tuple[Fact, ...] = ()

    @model_validator(mode="after")
    def _references_belong_to_a_report(self) -> Self:
        if self.references and self.report is None:
            raise ValueError("reference photos belong to a report; without one, faces are compared with nothing")
        object.__setattr__(self, "references", _distinct_ids(self.references))
        return self


# --- what models measure ----------------------------------------------------------------------------------------


class ErrorNote(Record):
    """A failure that belongs in the result: what happened, and what to do.

    Attributes:
        stage: The room it happened in: ``media``, ``references``, ``scene``, ``faces``, ``copies``, ``text``.
        code: Stable, for programs.
        media_id: The medium concerned, if it is one.
    """

    stage: str
    code: str
    message: str
    remedy: str
    media_id: str | None = None


class MediaOutcome(Record):
    """What came of opening one medium.

    Attributes:
        kind: ``None`` if it could not be told.
        width: Pixels, upright.
        height: Pixels, upright.
        duration: Seconds; ``None`` for an image.
        frames: How many frames were looked at.
    """

    media_id: str
    kind: Literal["image", "video"] | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    frames: int = 0
    error: ErrorNote | None = None


class SaliencyMap(Record):
    """Where in the picture a score comes from: a coarse grid over the whole upright picture.

    Attributes:
        rows: Rows of the grid.
        columns: Columns of the grid.
        values: Row by row, 0 (speaks against, or nothing) to 100 (speaks most for the score).
    """

    rows: int
    columns: int
    values: tuple[int, ...] = Field(repr=False)

    @model_validator(mode="after")
    def _grid_is_full(self) -> Self:
        if len(self.values) != self.rows * self.columns:
            raise ValueError("values must hold rows x columns numbers")
        return self


class SceneScore(Record):
    """One calibrated score of a scene.

    Attributes:
        probability: Calibrated.
        low: Lower end of the 95 % interval of the calibration at this score.
        high: Upper end of it.
        band: ``uncertain`` where the model abstains.
        saliency: Where in the picture (for a video: in the frame that speaks loudest).
        second: The frame that the saliency map belongs to; ``None`` for an image.
    """

    probability: Probability
    low: Probability
    high: Probability
    band: SceneBand
    saliency: SaliencyMap | None = None
    second: float | None = None


class CrowdScore(Record):
    """How many people are to be seen. An estimate of the whole picture, not a count of faces or bodies.

    Attributes:
        people: The estimate: the median of what is expected.
        low: Lower end of its 90 % interval.
        high: Upper end of it.
        level: The likeliest step.
        probability: Of that level, calibrated.
        certain: Whether the interval lies within one step of the level; if not, the model abstains.
        saliency: Where in the picture (for a video: in the frame with the most people).
        second: That frame; ``None`` for an image.
    """

    people: float = Field(ge=0.0)
    low: float = Field(ge=0.0)
    high: float = Field(ge=0.0)
    level: CrowdLevel
    probability: Probability
    certain: bool
    saliency: SaliencyMap | None = None
    second: float | None = None


class SceneMoment(Record):
    """The scores of one frame of a video."""

    second: float
    private_context: Probability
    public_event: Probability


class SceneKind(Record):
    """A kind of scene that the model knows by name, such as a bedroom or a stage.

    Attributes:
        kind: The name, as in the training data.
        probability: Among the kinds that the model knows; not calibrated.
    """

    kind: str
    probability: Probability


class SceneSignal(Record):
    """What kind of scene one medium shows.

    Attributes:
        model: Which model said so.
        crowd: How many people; ``None`` from a model that does not count them.
        looks_like: The kinds of scene that it resembles most, the likeliest first.
        timeline: Frame by frame for a video, empty for an image.
    """

    media_id: str
    model: str
    private_context: SceneScore
    public_event: SceneScore
    crowd: CrowdScore | None = None
    looks_like: tuple[SceneKind, ...] = ()
    timeline: tuple[SceneMoment, ...] = ()


class FaceQuality(Record):
    """How much a face gives to go by.

    Attributes:
        width_pixels: Width of the face box in the picture as published.
        sharpness: Variance of the Laplacian of the aligned grey face (0-255 scale); low is blurred.
        usable: Whether it passes the floor below which an answer is only ``inconclusive``.
    """

    width_pixels: int
    sharpness: float
    usable: bool


class Face(Record):
    """One detected face. It carries no template: those never leave the comparison.

    Attributes:
        second: Where in a video; ``None`` in an image.
        detection_probability: The detector's own, uncalibrated.
        band: Against the claim's references; ``None`` without references.
        match_probability: Calibrated for a pair of one reference and one face; ``None`` without references.
    """

    box: Box
    second: float | None = None
    detection_probability: Probability
    quality: FaceQuality
    band: Literal["match", "inconclusive", "no_match"] | None = None
    match_probability: Probability | None = None


class FaceSignal(Record):
    """The faces of one medium, against the references of the one claim at hand.

    Attributes:
        model: Detector and embedder.
        band: Of the whole medium; ``None`` when the claim has no usable reference.
        match_probability: Of its best face.
        faces: All of them, best match first.
    """

    media_id: str
    model: str
    band: FaceBand | None = None
    match_probability: Probability | None = None
    faces: tuple[Face, ...] = ()


Transform = Literal[
    "none", "mirrored", "upside_down", "turned_left", "turned_right", "turned_around", "transposed", "transversed"
]
"""The eight ways to lay a picture; ``transposed`` and ``transversed`` are mirrored on a diagonal."""


class CopyMatch(Record):
    """A fingerprint of a bank that is near that of the medium. Evidence, never proof.

    Attributes:
        bank: ``public`` (known to be available elsewhere) or ``removed`` (taken down before).
        distance: Hamming distance of the 256-bit PDQ fingerprints, of the nearest frame if there are several.
        where: Where else it is, or the case in which it was removed.
        since: Since when.
        second: The nearest frame of the medium, if it is a video.
        transform: How that frame was turned or mirrored.
        border_removed: Whether a plain border around it was left out of the comparison.
        share_of_medium: How many of a video's frames are near the entry, as a share; ``None`` for an image.
        entry_second: The frame of the entry that is nearest, if the entry is a video.
        share_of_entry: How many of that video's seconds are near the medium, as a share; ``None`` if the entry is an
            image.
        expires: From when on the entry no longer counts; ``None`` if never.
        picture: Where a picture of the entry is kept, as the bank says; empty if it is not.
    """

    bank: Literal["public", "removed"]
    entry_id: str
    distance: int = Field(ge=0, le=256)
    where: str = ""
    since: date | None = None
    second: float | None = None
    transform: Transform = "none"
    border_removed: bool = False
    share_of_medium: Probability | None = None
    entry_second: float | None = None
    share_of_entry: Probability | None = None
    expires: date | None = None
    picture: str = ""


class CopySignal(Record):
    """Whether one medium is a near-duplicate of something known.

    Attributes:
        quality: PDQ's own 0-100; below the method's floor nothing is compared and ``comparable`` is false.
        comparable: Whether the picture has enough detail for a fingerprint to mean something.
        matches: Nearest first.
        parts: Entries that only a part of a video is near: for the reviewer to see, not enough to call it a copy.
    """

    media_id: str
    model: str
    quality: int = Field(ge=0, le=100)
    comparable: bool
    matches: tuple[CopyMatch, ...] = ()
    parts: tuple[CopyMatch, ...] = ()


TextKind = Literal["email", "phone", "reward_offer", "exposure_threat"]


class TextFinding(Record):
    """A passage of the post's text.

    Attributes:
        start: Offset of its first character in the text.
        end: Offset behind its last character.
        rule: Which detector found it.
    """

    kind: TextKind
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    probability: Probability
    rule: str


class TextSignal(Record):
    """What stands in the words that came with the media.

    Attributes:
        searched: The kinds that were looked for; a kind outside it is unknown, not absent.
        findings: In the order of the text.
    """

    model: str
    searched: tuple[TextKind, ...]
    findings: tuple[TextFinding, ...] = ()


class Signals(Record):
    """Everything that was measured. A medium without a signal was not measured: unknown, not absent.

    Attributes:
        media: One outcome for every medium of the post, in its order.
        references_given: How many reference photos came with the claim.
        references_used: How many of them were good enough to compare with.
        errors: What failed on the way, media and references included.
    """

    media: tuple[MediaOutcome, ...] = ()
    scene: tuple[SceneSignal, ...] = ()
    faces: tuple[FaceSignal, ...] = ()
    copies: tuple[CopySignal, ...] = ()
    text: TextSignal | None = None
    references_given: int = 0
    references_used: int = 0
    errors: tuple[ErrorNote, ...] = ()


# --- what the policy makes of it --------------------------------------------------------------------------------


class PolicySource(Record):
    """The passage of a policy document that a clause stands for."""

    document: str
    dated: date
    passage: str = ""


class Reason(Record):
    """A clause of the policy and what became of it.

    Attributes:
        clause: Its name in the policy file.
        outcome: Three-valued.
        sentence: What the clause says, in words.
        facts: The facts that it was decided by.
        missing: The unknown facts that kept it from being decided.
    """

    clause: str
    kind: ClauseKind
    outcome: YesNo
    sentence: str
    source: PolicySource
    facts: tuple[Fact, ...] = ()
    missing: tuple[str, ...] = ()


class Change(Record):
    """A single fact that would change the recommendation.

    Attributes:
        fact: Its name.
        from_value: What it is now.
        to_value: What it would have to be.
        action: What would be recommended then.
    """

    fact: str
    from_value: str
    to_value: str
    action: Action


class Question(Record):
    """An unknown fact put to the reviewer, because its answer could change the action.

    Attributes:
        ask: The question in words.
        could_lead_to: For each possible answer, the action that would follow.
    """

    fact: str
    ask: str
    could_lead_to: tuple[Change, ...]


class Deadline(Record):
    """Something that has to be done by a certain moment, as the policy says.

    Attributes:
        deadline: Its name in the policy file.
        do: What has to be done, in words.
        counted_from: From which moment the time runs.
        within: How long it runs, in words: ``48 hours``, ``6 months``.
        due_at: The last moment; ``None`` while the moment that it is counted from is not known.
        because: Why there is this deadline.
        source: Where it stands.
    """

    deadline: str
    do: str
    counted_from: CountedFrom
    within: str
    due_at: datetime | None = None
    because: str
    source: PolicySource


class Recommendation(Record):
    """What the policy advises, and why. It is never an action: a person decides.

    Attributes:
        policy: Name and version.
        rule: The line of the decision list that was taken.
        because: That line in words.
        decisive: The clauses that it was taken for.
        fired: Every clause that holds, the decisive ones among them.
        not_evaluated: Clauses that could not be decided, and what is missing.
        questions: For the reviewer, the most consequential first.
        would_change: Known facts which, if they were otherwise, would change the action.
        guardrails: What the evaluator itself forbade, whatever the policy said.
        deadlines: What has to be done by when, the soonest first; those without a date last.
        requires_human_decision: Always true.
    """

    action: Action
    policy: str
    rule: str
    because: str
    decisive: tuple[Reason, ...] = ()
    fired: tuple[Reason, ...] = ()
    not_evaluated: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    would_change: tuple[Change, ...] = ()
    guardrails: tuple[str, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    requires_human_decision: Literal[True] = True


# --- what comes out ---------------------------------------------------------------------------------------------


class ComponentDigest(Record):
    """A model, bank or policy that took part, so that the same answer can be made again."""

    name: str
    version: str
    sha256: str


class Circumstances(Record):
    """What a policy reads of a post and its report: enough to decide again without the words and the media.

    The words of the post and the reporter's statement are not in it.

    Attributes:
        media_ids: The media of the post, in its order.
        has_text: Whether words came with it.
        report: As it came, less the reporter's statement; ``None`` if nobody reported the post.
        answers: What reviewers, look-ups and the report said besides, as it was given.
    """

    account: AccountKind = "unknown"
    posted_at: datetime | None = None
    media_ids: tuple[str, ...] = ()
    has_text: bool = False
    report: Report | None = None
    answers: tuple[Fact, ...] = ()

    @classmethod
    def of(cls, post: Post, report: Report | None, answers: Iterable[Fact] = ()) -> Self:
        """The circumstances of a post and its report."""
        return cls(
            account=post.account,
            posted_at=post.posted_at,
            media_ids=tuple(item.media_id for item in post.media),
            has_text=bool(post.text.strip()),
            report=None if report is None else report.model_copy(update={"statement": ""}),
            answers=tuple(answers),
        )


class Assessment(Record):
    """One post, measured and held against the policy. Holds no time of day and no template of a face.

    Attributes:
        schema_version: Of the version that wrote it; 1.0 had no circumstances and no deadlines.
        circumstances: What is needed to decide again (`consentry.policy.redecide`); ``None`` in files of version 1.0.
        components: Everything that the result depends on besides the input.
    """

    schema_version: Literal["1.0", "1.1"] = SCHEMA_VERSION
    post_id: str
    report_id: str | None = None
    signals: Signals
    circumstances: Circumstances | None = None
    facts: tuple[Fact, ...]
    recommendation: Recommendation
    components: tuple[ComponentDigest, ...] = ()


class ReportAssessment(Record):
    """What came of one report about one or several posts.

    Attributes:
        assessments: One for each post, in the order of the report; at most `MOST_POSTS_A_REPORT`.
    """

    schema_version: Literal["1.1"] = SCHEMA_VERSION
    report_id: str
    assessments: tuple[Assessment, ...] = Field(min_length=1, max_length=MOST_POSTS_A_REPORT)

    @model_validator(mode="after")
    def _one_report(self) -> Self:
        if any(assessment.report_id != self.report_id for assessment in self.assessments):
            raise ValueError("every assessment must be of this report")
        return self


class Decision(Record):
    """What a named person chose. The only thing that counts as an outcome.

    Attributes:
        decided_by: A person; Consentry never fills this in.
        reason: Theirs.
    """

    post_id: str
    report_id: str | None = None
    action: Action
    decided_by: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    decided_at: datetime


def json_schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of an `Assessment`, with the version under ``x-schema-version``."""
    schema = Assessment.model_json_schema(mode="serialization")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:consentry:assessment:{SCHEMA_VERSION}",
        "x-schema-version": SCHEMA_VERSION,
        **schema,
    }
