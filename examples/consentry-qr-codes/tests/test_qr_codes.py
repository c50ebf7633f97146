"""The signal on pictures and a video that are made here."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import zxingcpp
from PIL import Image

from consentry import Assessor, Post, Report
from consentry.records import Assessment, ExtraScore

POLICY = Path(__file__).resolve().parent.parent / "policy.yaml"
CHAT = "https://wa.me/254700000000"


@pytest.fixture(scope="module")
def assessor() -> Assessor:
    return Assessor.load(policy=POLICY)


def picture(text: str | None) -> Image.Image:
    image = Image.effect_noise((640, 480), 40).convert("RGB")
    if text:
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
        image.paste(
            Image.fromarray(np.array(zxingcpp.write_barcode_to_image(code, scale=5))).convert("RGB"), (320, 200)
        )
    return image


def scores(assessment: Assessment) -> dict[str, ExtraScore]:
    (record,) = [record for record in assessment.signals.extra if record.name == "qr_code"]
    return {score.word: score for score in record.scores}


def test_a_code_to_a_chat_is_a_contact_and_a_person_looks(assessor: Assessor, tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    picture(CHAT).save(path)
    assessment = assessor.assess(Post(post_id="1", media=(path,)), Report(report_id="1", standing="other"))
    found = scores(assessment)
    assert found["qr_code"].certain
    assert found["contact"].probability == 0.99
    left, top, right, bottom = found["contact"].places[0].box or (0, 0, 0, 0)
    assert 0.5 < left < right < 0.9
    assert 0.4 < top < bottom
    assert {fact.name: fact.value for fact in assessment.facts}["contact_in_code"] == "yes"
    assert assessment.recommendation.rule == "look_at_contact_details"


def test_a_code_that_leads_to_a_shop_is_no_contact(assessor: Assessor, tmp_path: Path) -> None:
    path = tmp_path / "code.png"
    picture("https://example.org/menu").save(path)
    found = scores(assessor.assess(Post(post_id="1", media=(path,))))
    assert found["qr_code"].certain
    assert not found["contact"].certain


def test_a_picture_without_one_is_unknown_not_no(assessor: Assessor, tmp_path: Path) -> None:
    path = tmp_path / "plain.png"
    picture(None).save(path)
    assessment = assessor.assess(Post(post_id="1", media=(path,)))
    assert not any(score.certain for score in scores(assessment).values())
    assert {fact.name: fact.value for fact in assessment.facts}["contact_in_code"] == "unknown"


def test_in_a_video_it_says_when(assessor: Assessor, tmp_path: Path) -> None:
    path = tmp_path / "code.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number in range(20):
            frame = av.VideoFrame.from_image(picture(CHAT if number >= 10 else None))
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    places = scores(assessor.assess(Post(post_id="1", media=(path,))))["contact"].places
    assert min(place.second or 0.0 for place in places) >= 2.0
