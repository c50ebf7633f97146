"""Is the claimant in the picture? Detect, judge quality, embed, compare with one claim's references.

There is no gallery and no search: templates live inside one call of `FaceMatcher.compare`; only those of reference
photos may be kept, encrypted, for the one claim that they belong to (`consentry.signals.faces.enrolment`).
"""

from consentry.signals.faces.claims import Claim, ClaimFaces, FacePicture
from consentry.signals.faces.detection import Detections, FaceDetector, MtcnnDetector
from consentry.signals.faces.embedders import FaceEmbedder
from consentry.signals.faces.embedding import DlibEmbedder
from consentry.signals.faces.matching import FaceMatcher
from consentry.signals.faces.templates import Template, TemplateError

__all__ = [
    "Claim",
    "ClaimFaces",
    "Detections",
    "DlibEmbedder",
    "FaceDetector",
    "FaceEmbedder",
    "FaceMatcher",
    "FacePicture",
    "MtcnnDetector",
    "Template",
    "TemplateError",
]
