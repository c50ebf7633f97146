"""Without the flag, from a public address to a private one: by redirect, by name, and by a name that changes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
APART = ("unshare", "--net", "--map-root-user", "sh", "-c")
NETWORK = "ip link set lo up && ip addr add 8.8.4.4/32 dev lo && ip addr add 9.9.9.9/32 dev lo"


def test_no_way_leads_from_a_public_address_to_a_private_one() -> None:
    if shutil.which("unshare") is None or shutil.which("ip") is None:
        pytest.skip("needs the programs unshare and ip")
    if subprocess.run([*APART, NETWORK], capture_output=True).returncode:
        pytest.skip("needs the right to make a network namespace")
    script = f'{NETWORK} && exec "{sys.executable}" "{HERE / "own_network.py"}"'
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    done = subprocess.run([*APART, script], capture_output=True, env={**os.environ, "PYTHONPATH": path}, check=False)
    assert done.returncode == 0, done.stderr.decode()
    found = json.loads(done.stdout)
    assert found.pop("asked") == 4, "nobody inside was asked"
    assert found == {
        "public": "public",
        "name": "public",
        "redirected to public": "public",
        "redirected to loopback": "private_address",
        "redirected to a name of loopback": "private_address",
        "redirected to metadata": "private_address",
        "name of loopback": "private_address",
        "name the first time": "public",
        "name the second time": "private_address",
    }
