"""Is the claimant in the picture? Detect, align, judge quality, embed, compare with one claim's references.

There is no gallery and no search: embeddings live inside `FaceMatcher.compare` and nowhere else.
"""

from consentry.faces.detection import Detections, FaceDetector, MtcnnDetector
from consentry.faces.embedding import DlibEmbedder, FaceEmbedder
from consentry.faces.matching import Claim, ClaimFaces, FaceMatcher, FacePicture

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
]
