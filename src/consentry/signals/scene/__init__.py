"""What kind of scene a picture shows: private, a public event, or neither; calibrated, and where it comes from."""

from consentry.signals.scene.calibration import CalibratedScore, Calibration
from consentry.signals.scene.scorer import SceneReading, SceneScorer
from consentry.signals.scene.signal import saliency_map, scene_signal

__all__ = ["CalibratedScore", "Calibration", "SceneReading", "SceneScorer", "saliency_map", "scene_signal"]
