"""Hostile files through the contained decoder: each is a picture or a `MediaError`, and nothing else happens."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from malformed_media import attacks, good_files, mutated

from consentry.media import DecoderPool, Limits, MediaError, OpenedMedia
from consentry.media.errors import ERROR_CODES, NOTE_CODES
from consentry.records import Media

MUTATIONS = 40_000
LIMITS = Limits(
    max_pixels=2_000_000,
    max_frames=8,
    max_decoded_frames=300,
    max_decoded_pixels=50_000_000,
    max_seconds=30.0,
    max_memory=512 * 1024**2,
)
BROKEN = {"media.decoder_crashed", "media.decoder_killed", "media.decoder_unavailable", "media.timeout"}


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    with DecoderPool(workers=1, limits=Limits()) as opened:
        yield opened


def outcome(future: Future[OpenedMedia]) -> str:
    """The code of the error or note, empty for a whole picture; raises what is neither."""
    try:
        result = future.result()
    except MediaError as error:
        return error.code
    assert result.frames
    assert result.note is None or result.note.code in NOTE_CODES
    return result.note.code if result.note else ""


@pytest.mark.filterwarnings("ignore")  # of the encoders that make the files
def test_every_attack_ends_as_it_should_and_every_good_file_opens(pool: DecoderPool) -> None:
    wanted = {attack.name: (attack.data, attack.codes) for attack in attacks()}
    wanted |= {name: (data, ("",)) for name, data in good_files().items()}
    futures = {name: pool.open(Media(media_id=name, data=data), longest_side=256) for name, (data, _) in wanted.items()}
    found = {name: outcome(future) for name, future in futures.items()}
    assert {name: code for name, code in found.items() if code not in wanted[name][1]} == {}


def fuzzed(count: int, seed: int) -> tuple[Counter[str], int, list[tuple[str, bytes]]]:
    """Open so many mutated files: outcomes, the largest peak of memory of a process, and what broke a process."""
    random = np.random.default_rng(seed)
    outcomes: Counter[str] = Counter()
    broke: list[tuple[str, bytes]] = []
    peak = 0
    waiting: deque[tuple[str, bytes, Future[OpenedMedia]]] = deque()
    with DecoderPool(workers=2, limits=LIMITS) as pool:
        for number in range(count):
            name, data = mutated(random)
            waiting.append((name, data, pool.open(Media(media_id=f"mutation {number}", data=data), longest_side=64)))
            while len(waiting) >= (16 if number < count - 1 else 1):
                name, data, future = waiting.popleft()
                found = outcome(future)
                outcomes[found] += 1
                if found in BROKEN:
                    broke.append((name, data))
                if number % 50 == 0:
                    peak = max([peak, *(_peak_memory(process.pid) for process in list(pool._processes))])
    return outcomes, peak, broke


def _peak_memory(pid: int) -> int:
    """Most bytes that a process has had in memory (proc(5), VmHWM); 0 if it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), 0)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_forty_thousand_mutated_files_break_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes, peak, broke = fuzzed(MUTATIONS, seed=2026)
    with capsys.disabled():
        sys.stdout.write(
            f"\n{sum(outcomes.values()):,} mutated files, peak {peak / 1024**2:.0f} MB: {dict(outcomes.most_common())}"
        )
    assert sum(outcomes.values()) == MUTATIONS
    assert set(outcomes) <= {"", *ERROR_CODES, *NOTE_CODES}
    assert peak < LIMITS.max_memory
    assert not broke, [(name, data.hex()[:200]) for name, data in broke]
    assert len(outcomes) >= 5  # they reach different parts of the decoders


_BETWEEN = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[1:]).returncode)"
"""Starts a program from a small process. Linux hands a parent's peak memory on to what it starts (`ru_maxrss`), and
libFuzzer, which bounds that, would stop for what the tests before it have used."""


@pytest.mark.slow
def test_the_fuzzer_runs(tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    folder = Path(__file__).parent
    corpus = tmp_path / "corpus"
    for command in (
        ["malformed_media.py", str(corpus), "--mutations", "20"],
        ["fuzz_media.py", str(corpus), "-runs=500", "-seed=1", "-max_len=20000"],
    ):
        done = subprocess.run(
            [sys.executable, "-c", _BETWEEN, sys.executable, str(folder / command[0]), *command[1:]],
            cwd=tmp_path, capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    assert len(list(corpus.glob("attack-*"))) == len(list(attacks()))
