"""Random posts, reports, signals and answers."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any, get_args

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from consentry.policy import Policy
from consentry.records import (
    AccountKind,
    Authority,
    Consent,
    CopyMatch,
    CopySignal,
    CrowdLevel,
    CrowdScore,
    ErrorNote,
    ExtraScore,
    ExtraSignal,
    Face,
    FaceQuality,
    FaceSignal,
    Fact,
    Identity,
    MediaOutcome,
    MomentsScore,
    Post,
    Report,
    SceneScore,
    SceneSignal,
    Signals,
    Standing,
    TextFinding,
    TextKind,
    TextSignal,
)

MORE = int(os.environ.get("CONSENTRY_EXAMPLES", "1"))


def examples(few: int) -> settings:
    """On how many random cases a law is tried: a few in every run, CONSENTRY_EXAMPLES times as many if that is set.

    Every run takes other cases; `test_at_length` takes many at once.
    """
    return settings(max_examples=few * MORE, deadline=None, suppress_health_check=[HealthCheck.too_slow])


PROBABILITIES = st.sampled_from((0.0, 0.05, 0.15, 0.2, 0.5, 0.6, 0.85, 0.9, 0.95, 1.0))
COUNTS = st.none() | st.sampled_from((0, 1, 3, 5, 7, 10, 20, 50, 400))
POSTED = st.none() | st.sampled_from(
    (
        datetime(2022, 4, 4, 23, tzinfo=UTC),
        datetime(2022, 4, 5, tzinfo=UTC),
        datetime(2022, 4, 5, 12, tzinfo=UTC).replace(tzinfo=None),
        datetime(2022, 4, 20, tzinfo=UTC),
    )
)
"""Moments of posts and reports, around the day that a shipped policy names."""
KINDS: tuple[TextKind, ...] = get_args(TextKind)


def scene_scores() -> st.SearchStrategy[SceneScore]:
    return st.builds(
        lambda probability, band: SceneScore(probability=probability, low=0.0, high=1.0, band=band),
        PROBABILITIES,
        st.sampled_from(("low", "high", "high", "uncertain")),
    )


def film_scores(kind: str) -> st.SearchStrategy[SceneScore]:
    """Of a whole; of a video, sometimes of moments of it."""
    if kind == "image":
        return scene_scores()
    moments = st.none() | scene_scores().map(
        lambda score: MomentsScore(
            probability=score.probability, low=0.0, high=1.0, band=score.band, spans=((0.0, 1.0),), seconds=1.0
        )
    )
    return st.builds(
        lambda whole, claimant, stretch: whole.model_copy(update={"while_claimant": claimant, "stretch": stretch}),
        scene_scores(),
        moments,
        moments,
    )


CROWDS = st.none() | st.builds(
    lambda level, certain: CrowdScore(people=4.0, low=2.0, high=9.0, level=level, probability=0.6, certain=certain),
    st.sampled_from(get_args(CrowdLevel)),
    st.sampled_from((True, True, False)),
)


def _face(band: Any, probability: float | None) -> Face:
    return Face(
        box=(0.1, 0.1, 0.2, 0.2),
        detection_probability=0.9,
        quality=FaceQuality(width_pixels=60, sharpness=50.0, usable=True),
        band=band,
        match_probability=probability,
    )


@st.composite
def face_signals(draw: st.DrawFn, media_id: str) -> FaceSignal:
    band = draw(st.sampled_from(("match", "match", "inconclusive", "no_match", "no_face", None)))
    faces = 0 if band == "no_face" else draw(st.integers(1, 6))
    compared = band in ("match", "inconclusive", "no_match")
    probability = draw(PROBABILITIES) if compared else None
    inner = band if compared else None
    return FaceSignal(
        media_id=media_id,
        model="face",
        band=band,
        match_probability=probability,
        faces=tuple(_face(inner, probability) for _ in range(faces)),
    )


@st.composite
def copy_signals(draw: st.DrawFn, media_id: str) -> CopySignal:
    comparable = draw(st.booleans())
    banks = draw(st.lists(st.sampled_from(("public", "removed")), max_size=2)) if comparable else []
    matches = tuple(CopyMatch(bank=bank, entry_id="1", distance=3) for bank in banks)
    return CopySignal(media_id=media_id, model="pdq", quality=80, comparable=comparable, matches=matches)


@st.composite
def text_signals(draw: st.DrawFn) -> TextSignal:
    searched = tuple(draw(st.lists(st.sampled_from(KINDS), unique=True)))
    kinds = draw(st.lists(st.sampled_from(searched), max_size=3)) if searched else []
    findings = tuple(
        TextFinding(kind=kind, start=0, end=1, probability=draw(PROBABILITIES), rule="r") for kind in kinds
    )
    return TextSignal(model="text", searched=searched, findings=findings)


def _note(stage: str, media_id: str | None) -> ErrorNote:
    return ErrorNote(stage=stage, code="x.y", message="It failed.", remedy="Try again.", media_id=media_id)


def _added(name: str, media_id: str | None, words: tuple[str, ...]) -> st.SearchStrategy[ExtraSignal]:
    scores = st.tuples(
        *(st.builds(ExtraScore, word=st.just(word), probability=PROBABILITIES, certain=st.booleans()) for word in words)
    )
    return st.builds(ExtraSignal, name=st.just(name), model=st.just("m"), media_id=st.just(media_id), scores=scores)


@st.composite
def added_signals(draw: st.DrawFn, media_ids: list[str]) -> tuple[ExtraSignal, ...]:
    """What two signals that others added say of media, of the post as a whole, or of nothing; and one nobody reads.

    A signal speaks of the post as a whole or of its media. A record of the whole stands for all media that have none of
    their own, so that of one that did both, a record that is lost would close what it left open.
    """
    of_media = st.lists(st.sampled_from(media_ids), unique=True, max_size=3) if media_ids else st.just([])
    places = st.one_of(st.sampled_from(([], [None])), of_media)
    found = [draw(_added("nudity", media_id, ("nudity",))) for media_id in draw(places)]
    words = draw(st.sampled_from((("child",), ("adult", "child"), ("adult",))))
    found += [draw(_added("drawing", media_id, words)) for media_id in draw(places)]
    return (*found, *(draw(_added("unread", media_id, ("x",))) for media_id in draw(places)))


@st.composite
def posts_with_signals(draw: st.DrawFn) -> tuple[Post, Signals]:
    """A post and what was measured of it, with gaps of every kind."""
    ids = [f"{index}.jpg" for index in range(draw(st.integers(0, 3)))]
    post = Post(
        post_id="post",
        media=tuple(ids),
        text=draw(st.sampled_from(("", "words"))),
        posted_at=draw(POSTED),
        account=draw(st.sampled_from(get_args(AccountKind))),
    )
    usually = st.sampled_from((True, True, True, False))
    outcomes, scene, faces, copies = [], [], [], []
    for media_id in ids:
        error = None if draw(usually) else _note("media", media_id)
        kind = draw(st.sampled_from(("image", "image", "video")))
        if draw(usually):
            outcomes.append(MediaOutcome(media_id=media_id, kind=kind, frames=0 if error else 1, error=error))
        if draw(usually):
            scene.append(
                SceneSignal(
                    media_id=media_id,
                    model="scene",
                    private_context=draw(film_scores(kind)),
                    public_event=draw(film_scores(kind)),
                    crowd=draw(CROWDS),
                )
            )
        if draw(usually):
            faces.append(draw(face_signals(media_id)))
        if draw(usually):
            copies.append(draw(copy_signals(media_id)))
    stages = st.sampled_from(("media", "scene", "faces", "copies", "text", "references", "nudity"))
    notes = draw(st.lists(st.builds(_note, stages, st.sampled_from([None, *ids])), max_size=1))
    references = draw(st.integers(0, 2))
    signals = Signals(
        media=tuple(outcomes),
        scene=tuple(scene),
        faces=tuple(faces),
        copies=tuple(copies),
        text=draw(st.none() | text_signals()),
        references_given=2,
        references_used=references,
        errors=tuple(notes),
        extra=draw(added_signals(ids)),
    )
    return post, signals


@st.composite
def reports(draw: st.DrawFn) -> Report:
    standing = draw(st.sampled_from(get_args(Standing)))
    authority = None
    if standing == "authorised_representative":
        authority = draw(st.none() | st.sampled_from(get_args(Authority)))
    return Report(
        report_id="report",
        standing=standing,
        authority=authority,
        identity=draw(st.sampled_from(("verified", "verified", *get_args(Identity)))),
        consent=draw(st.sampled_from(("refused", *get_args(Consent)))),
        reported_at=draw(POSTED),
        reports_by_reporter=draw(COUNTS),
        rejected_reports_by_reporter=draw(COUNTS),
        reports_against_account=draw(COUNTS),
    )


PROVEN_REPORTS = st.builds(
    lambda standing: Report(report_id="report", standing=standing, identity="verified", consent="refused"),
    st.sampled_from(("depicted_person", "authorised_representative")),
)

MOMENTS = st.none() | st.sampled_from(
    (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 1, 2, tzinfo=UTC),
        datetime(2026, 1, 2, tzinfo=UTC).replace(tzinfo=None),
    )
)


@st.composite
def answers(draw: st.DrawFn, policy: Policy, *, without: tuple[str, ...] = ()) -> list[Fact]:
    """Facts from outside, for any facts of the policy but those left out."""
    chosen = draw(st.lists(st.sampled_from([fact for fact in policy.facts if fact.name not in without]), max_size=8))
    return [
        Fact(
            name=fact.name,
            value=draw(st.sampled_from((*fact.words, "unknown"))),
            source=draw(st.sampled_from(("reviewer", "reviewer", "lookup", "report", "post"))),
            observed_at=draw(MOMENTS),
        )
        for fact in chosen
    ]
