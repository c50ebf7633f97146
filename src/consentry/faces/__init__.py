"""Is the claimant in the picture? Detect, judge quality, embed, compare with one claim's references.

There is no gallery and no search: templates live inside one call of `FaceMatcher.compare`; only those of reference
photos may be kept, encrypted, for the one claim that they belong to (`consentry.faces.enrolment`).
"""

from consentry.faces.claims import Claim, ClaimFaces, FacePicture
from consentry.faces.detection import Detections, FaceDetector, MtcnnDetector
from consentry.faces.embedders import FaceEmbedder
from consentry.faces.embedding import DlibEmbedder
from consentry.faces.matching import FaceMatcher
from consentry.faces.templates import Template, TemplateError

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
