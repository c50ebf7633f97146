"""The demo as people start and end it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest


@pytest.mark.slow
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_its_pages_and_leaves_nothing_behind(tmp_path: Path, ending: signal.Signals) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "consentry", "desk", "demo", "--data", str(tmp_path / "desk"), "--port", str(port)]
    with (tmp_path / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    try:
        until = time.monotonic() + 120
        while True:
            assert process.poll() is None, (tmp_path / "said").read_text()
            assert time.monotonic() < until
            try:
                page = httpx.get(f"http://127.0.0.1:{port}/login", timeout=5)
                break
            except httpx.TransportError:
                time.sleep(0.2)
        assert page.status_code == 200
        assert "Log in" in page.text
        assert f"http://127.0.0.1:{port}/" in (tmp_path / "said").read_text()
        process.send_signal(ending)
        process.wait(timeout=60)
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
