"""Making the model that reads words in pictures: the published graphs as they are, with their characters in a file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

from consentry.runtime import ModelFolder
from consentry.runtime.model_folder import write_model_json
from consentry.training.package_file import PackageFile
from consentry.writing import write_text

_CREDIT: Final = "PP-OCRv4 mobile of PaddleOCR (Baidu), exported by RapidOCR"
DETECTION: Final = PackageFile(
    package="rapidocr-onnxruntime",
    version="1.4.4",
    module="rapidocr_onnxruntime",
    path="models/ch_PP-OCRv4_det_infer.onnx",
    sha256="d2a7720d45a54257208b1e13e36a8479894cb74155a5efe29462512d42f49da9",
    licence="Apache-2.0",
    credit=_CREDIT,
)
RECOGNITION: Final = PackageFile(
    package="rapidocr-onnxruntime",
    version="1.4.4",
    module="rapidocr_onnxruntime",
    path="models/ch_PP-OCRv4_rec_infer.onnx",
    sha256="48fc40f24f6d2a207a2b1091d3437eb3cc3eb6b676dc3ef9c37384005483683b",
    licence="Apache-2.0",
    credit=_CREDIT,
)
_CARD: Final = """# Model card: reading 1

Finds lines of text in a picture and reads them, so that the words inside pictures go through the same detectors as the
words beside them. Reading is off unless it is asked for (`--ocr`).

| part | source | licence |
|---|---|---|
| detection.onnx | `{package}=={version}`, {credit} | {licence} |
| recognition.onnx, characters.txt | `{package}=={version}`, {credit} | {licence} |

Nothing was trained here; the files are the published ones, byte for byte (`consentry models build reading`). They run
on OpenVINO. What we added is ours: the cheap look (the detector on 320 pixels), upright boxes, the decoding.

Reads Latin letters, digits and Chinese. Does not read Cyrillic, Greek, Arabic or Indic scripts, text turned by more
than some three degrees, handwriting other than neat, or letters under some ten pixels. How often it is right, and what
it costs: docs/text.md. What it reads is not kept: an assessment holds the kinds of what was found, and boxes.
"""


def build_reading(out: Path) -> ModelFolder:
    """Copy the graphs from their package, write their characters, and describe them.

    Args:
        out: The model's folder, such as ``models/reading``.

    Raises:
        ThirdPartyFileError: The package is not installed, or not the pinned one.
    """
    import onnx

    out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(DETECTION.locate(), out / "detection.onnx")
    recognition = RECOGNITION.locate()
    shutil.copyfile(recognition, out / "recognition.onnx")
    notes = {entry.key: entry.value for entry in onnx.load(recognition, load_external_data=False).metadata_props}
    characters = notes["character"].split("\n")
    write_text(out / "characters.txt", "\n".join(characters) + "\n")
    write_model_json(
        out,
        {
            "name": "reading",
            "version": "1",
            "task": "words inside pictures",
            "made_by": "consentry models build reading",
            "files": {
                "characters": {"path": "characters.txt"},
                "detection": {"path": "detection.onnx"},
                "recognition": {"path": "recognition.onnx"},
            },
            "preprocessing": {
                "detection": "BGR, -1 to 1, canvas of 320 (look), 960 x 544, 544 x 960 or 960 x 960 pixels",
                "recognition": "BGR, -1 to 1, lines 48 pixels high on 160, 320, 640 or 1280 pixels",
            },
            "sources": [DETECTION.source(), RECOGNITION.source()],
        },
    )
    card = _CARD.format(**DETECTION.source())
    write_text(out / "card.md", card)
    return ModelFolder.open(out.name, root=out.parent)
