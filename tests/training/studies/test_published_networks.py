from __future__ import annotations

from pathlib import Path

import pytest

from consentry.training.errors import TrainingError
from consentry.training.studies.published_networks import published_networks


def test_figures_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text(
        "Filename,privacy,split,net,late\n"
        "1,private,1,0.9,\n2,private,1,0.4,\n3,public,1,0.5,\n4,public,1,0.1,\n"
        "1,private,2,0.9,0.8\n4,public,2,0.1,0.2\n"
    )
    net, late = published_networks(path)
    assert net.splits["1"] == {
        "n": 4, "positives": 2, "auc": 0.75, "average_precision": 0.8333, "accuracy": 0.5, "ece": 0.325,
    }  # fmt: skip
    assert net.span("auc") == (0.75, 1.0)
    assert list(late.splits) == ["2"]
    assert late.as_dict()["accuracy"] == [1.0, 1.0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Filename,privacy,split\n1,private,1\n",
        "Filename,privacy,net\n1,private,0.5\n",
        "Filename,privacy,split,net\n1,secret,1,0.5\n",
        "Filename,privacy,split,net\n1,private,1,1.5\n",
        "Filename,privacy,split,net\n1,private,1,high\n",
        "Filename,privacy,split,net\n1,private,1,\n",
    ],
)
def test_what_is_no_such_file(tmp_path: Path, text: str) -> None:
    (tmp_path / "p.csv").write_text(text)
    with pytest.raises(TrainingError, match="no file of published probabilities") as caught:
        published_networks(tmp_path / "p.csv")
    assert caught.value.code == "training.manifest"


@pytest.mark.shared
def test_our_metric_code_gives_the_published_figures(shared_data: Path) -> None:
    """As published for `resnet_allfc`: AUC 0.898-0.917, accuracy 0.870-0.876 over the five splits."""
    networks = {
        item.name: item for item in published_networks(shared_data / "picalert" / "published_probabilities.csv")
    }
    assert len(networks) == 7
    resnet = networks["resnet_allfc"]
    assert len(resnet.splits) == 5
    assert [round(value, 3) for value in resnet.span("auc")] == [0.898, 0.917]
    assert [round(value, 3) for value in resnet.span("accuracy")] == [0.870, 0.876]
    for name, low, high in (("resnet_all", 0.884, 0.913), ("alexnet_all", 0.866, 0.877), ("vgg_fc_all", 0.895, 0.903)):
        found = networks[name].span("auc")
        assert low <= found[0] <= found[1] <= high
    assert all(sum(split["n"] for split in item.splits.values()) >= 4 * 5132 for item in networks.values())
