"""The vocabulary: what goes into Consentry, what comes out, and the words for it.

Every record is frozen, refuses unknown fields, and serialises to JSON whose schema carries a version
(`json_schema`). Boxes are fractions of the upright picture, ``(left, top, right, bottom)`` in 0-1; times in a
video are seconds from its start; probabilities are calibrated and lie in 0-1. Nothing here imports anything of ours.
"""

from __future__ import annotations

from consentry.records.copy_signals import CopyMatch, CopySignal, Transform
from consentry.records.extra_signals import ExtraPlace, ExtraScore, ExtraSignal
from consentry.records.face_signals import Face, FaceQuality, FaceSignal, FaceTrack
from consentry.records.given import SOURCE_RANK, Case, Fact, Media, MediaInput, Post, Report, weight_of, with_zone
from consentry.records.recommending import Change, Deadline, PolicySource, Question, Reason, Recommendation
from consentry.records.results import (
    Assessment,
    Circumstances,
    ComponentDigest,
    Decision,
    ReportAssessment,
    json_schema,
)
from consentry.records.scene_signals import (
    CrowdScore,
    MomentsScore,
    SaliencyMap,
    SceneKind,
    SceneMoment,
    SceneScore,
    SceneSignal,
)
from consentry.records.signals import ErrorNote, MediaOutcome, Signals
from consentry.records.text_signals import PictureTextFinding, PictureTextSignal, TextFinding, TextKind, TextSignal
from consentry.records.words import (
    MOST_POSTS_A_REPORT,
    SCHEMA_VERSION,
    AccountKind,
    Action,
    Authority,
    Box,
    ClauseKind,
    Consent,
    CountedFrom,
    CrowdLevel,
    FaceBand,
    FactSource,
    Identity,
    Probability,
    Record,
    SceneBand,
    Standing,
    YesNo,
)

__all__ = [
    "MOST_POSTS_A_REPORT",
    "SCHEMA_VERSION",
    "SOURCE_RANK",
    "AccountKind",
    "Action",
    "Assessment",
    "Authority",
    "Box",
    "Case",
    "Change",
    "Circumstances",
    "ClauseKind",
    "ComponentDigest",
    "Consent",
    "CopyMatch",
    "CopySignal",
    "CountedFrom",
    "CrowdLevel",
    "CrowdScore",
    "Deadline",
    "Decision",
    "ErrorNote",
    "ExtraPlace",
    "ExtraScore",
    "ExtraSignal",
    "Face",
    "FaceBand",
    "FaceQuality",
    "FaceSignal",
    "FaceTrack",
    "Fact",
    "FactSource",
    "Identity",
    "Media",
    "MediaInput",
    "MediaOutcome",
    "MomentsScore",
    "PictureTextFinding",
    "PictureTextSignal",
    "PolicySource",
    "Post",
    "Probability",
    "Question",
    "Reason",
    "Recommendation",
    "Record",
    "Report",
    "ReportAssessment",
    "SaliencyMap",
    "SceneBand",
    "SceneKind",
    "SceneMoment",
    "SceneScore",
    "SceneSignal",
    "Signals",
    "Standing",
    "TextFinding",
    "TextKind",
    "TextSignal",
    "Transform",
    "YesNo",
    "json_schema",
    "weight_of",
    "with_zone",
]
