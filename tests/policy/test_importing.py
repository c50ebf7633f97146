"""The policy room is light: it can be imported where no model can run."""

from __future__ import annotations

import subprocess
import sys

import pytest

import consentry.policy

HEAVY = ("torch", "numpy", "openvino", "av", "PIL", "pyarrow", "z3", "phonenumbers", "pdqhash", "hypothesis")


def test_nothing_heavy_comes_with_it() -> None:
    script = (
        "import sys; import consentry.policy; import consentry.policy.cases.files\n"
        "consentry.policy.load_policy()\n"
        "print('\\n'.join(sorted({name.split('.')[0] for name in sys.modules})))\n"
        "print('\\n'.join(name for name in sys.modules if name.startswith('consentry.')))\n"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert "pydantic" in loaded
    assert loaded.isdisjoint(HEAVY)
    ours = {name.split(".")[1] for name in loaded if name.startswith("consentry.")}
    assert ours <= {"policy", "records", "errors", "version"}


def test_everything_it_names_is_there() -> None:
    for name in consentry.policy.__all__:
        assert getattr(consentry.policy, name) is not None
    assert set(consentry.policy.__all__) <= set(dir(consentry.policy))
    with pytest.raises(AttributeError, match="no_such_thing"):
        consentry.policy.no_such_thing  # noqa: B018


def test_what_it_names_loads_when_it_is_used() -> None:
    script = (
        "import sys; import consentry.policy\n"
        "assert not [name for name in sys.modules if name.startswith('consentry.policy.')]\n"
        "import consentry.policy.deciding.replaying\n"
        "from consentry.policy import replay\n"
        "assert callable(replay)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
