"""The policy room is light: it can be imported where no model can run."""

from __future__ import annotations

import subprocess
import sys

HEAVY = ("torch", "numpy", "openvino", "av", "PIL", "pyarrow", "z3", "phonenumbers", "pdqhash", "hypothesis")


def test_nothing_heavy_comes_with_it() -> None:
    script = (
        "import sys; import consentry.policy; import consentry.policy.cases\n"
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
