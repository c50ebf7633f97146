"""Decoder processes: what they give is what the decoder gives, and whatever happens to them costs one file."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import pytest
from media_files import encoded, quadrants, textured, video
from PIL import Image

from consentry.defects import InternalError
from consentry.media import DecoderPool, Limits, MediaError, OpenedMedia, open_media
from consentry.media import decoder_process as decoder_process_module
from consentry.records import Media
from small_disks import small_disk

LIMITS = Limits(max_memory=256 * 1024**2, max_seconds=60.0)


def order(words: str) -> Media:
    return Media(media_id=words, data=words.encode() + b"!")


PICTURE = Media(media_id="picture", data=encoded(Image.fromarray(quadrants()), "PNG"))


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[DecoderPool]:
    """One process of `faulty_worker`."""
    monkeypatch.setattr(decoder_process_module, "WORKER_MODULE", "faulty_worker")
    with DecoderPool(workers=1, limits=LIMITS) as pool:
        yield pool


def code_of(pool: DecoderPool, item: Media) -> str:
    error = pool.open(item, longest_side=64).exception()
    assert isinstance(error, MediaError)
    assert error.remedy
    return error.code


def pid_of(pool: DecoderPool) -> int:
    (process,) = pool._processes
    return process.pid


def same(one: OpenedMedia, other: OpenedMedia) -> bool:
    return one.outcome() == other.outcome() and all(
        (a.second, a.until, a.pixels.tobytes(), a.pixels.shape)
        == (b.second, b.until, b.pixels.tobytes(), b.pixels.shape)
        for a, b in zip(one.frames, other.frames, strict=True)
    )


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> list[Media]:
    folder = tmp_path_factory.mktemp("media")
    found = [Media(media_id=name, data=encoded(textured(300, 200), name)) for name in ("JPEG", "PNG", "WEBP", "AVIF")]
    moving = [textured(120, 80, seed) for seed in range(3)]
    found.append(
        Media(media_id="GIF", data=encoded(moving[0], "GIF", save_all=True, append_images=moving[1:], duration=900))
    )
    for name, codec in (("a.mp4", "libx264"), ("b.webm", "libvpx-vp9"), ("c.avi", "mjpeg"), ("d.ts", "mpeg2video")):
        found.append(Media(path=video(folder / name, codec=codec)))
    path = folder / "named.jpg"
    path.write_bytes(encoded(textured(2000, 1000), "JPEG"))
    found.append(Media(path=path))
    cut_off = (folder / "a.mp4").read_bytes()
    found.append(Media(media_id="damaged", data=cut_off[:300]))
    found += [
        Media(media_id="words", data=b"words"),
        Media(media_id="empty", data=b""),
        Media(path=folder / "gone.jpg"),
    ]
    return found


def outcome(item: Media) -> OpenedMedia | MediaError:
    try:
        return open_media(item, limits=LIMITS, longest_side=128)
    except MediaError as error:
        return error


def test_a_pool_gives_what_the_decoders_give(media: list[Media]) -> None:
    with (
        DecoderPool(workers=2, limits=LIMITS) as contained,
        DecoderPool(workers=2, limits=LIMITS, contained=False) as threads,
    ):
        for pool in (contained, threads):
            futures = [pool.open(item, longest_side=128) for item in media]
            for item, future in zip(media, futures, strict=True):
                wanted, error = outcome(item), future.exception()
                if isinstance(wanted, MediaError):
                    assert isinstance(error, MediaError)
                    assert (error.code, error.message, error.remedy) == (wanted.code, wanted.message, wanted.remedy)
                else:
                    assert same(future.result(), wanted), item.media_id
        assert len(contained._processes) <= 2
        assert not threads._processes


def test_processes_are_started_when_needed_and_serve_again() -> None:
    with DecoderPool(workers=2, limits=LIMITS) as pool:
        assert not pool._processes
        pool.open(PICTURE, longest_side=64).result()
        pid = pid_of(pool)
        pool.open(PICTURE, longest_side=64).result()
        assert pid_of(pool) == pid
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("segfault", "media.decoder_crashed"),
        ("abort", "media.decoder_crashed"),
        ("exit", "media.decoder_crashed"),
        ("invent", "media.decoder_crashed"),
        ("kill", "media.decoder_killed"),
        ("alarm", "media.timeout"),
    ],
)
def test_a_file_that_breaks_the_decoder_costs_that_file(faulty: DecoderPool, words: str, code: str) -> None:
    faulty.open(PICTURE, longest_side=64).result()
    before = pid_of(faulty)
    broken = faulty.open(order(words), longest_side=64)
    after = faulty.open(PICTURE, longest_side=64)
    error = broken.exception()
    assert isinstance(error, MediaError)
    assert error.code == code
    assert words in error.message
    assert after.result().width == 96
    assert pid_of(faulty) != before


def test_a_defect_of_ours_in_a_decoder_is_called_one(faulty: DecoderPool) -> None:
    before = faulty.open(PICTURE, longest_side=64).result() and pid_of(faulty)
    error = faulty.open(order("raise"), longest_side=64).exception()
    assert isinstance(error, InternalError)
    assert error.message == "A defect of Consentry (ZeroDivisionError) kept a medium from being decoded."
    assert error.trace.startswith("ZeroDivisionError\n  consentry/media/decoder_worker.py, line ")
    assert error.trace.endswith("in obey\n")
    assert faulty.open(PICTURE, longest_side=64).result().width == 96
    assert pid_of(faulty) != before


def test_a_decoder_that_hangs_is_killed(faulty: DecoderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder_process_module, "KILL_AFTER", 1.0)
    monkeypatch.setattr(faulty, "_limits", Limits(max_seconds=1.0))
    assert code_of(faulty, order("hang")) == "media.timeout"
    assert not faulty._processes
    assert faulty.open(PICTURE, longest_side=64).result().width == 96


def test_memory_is_bounded_and_the_process_replaced(faulty: DecoderPool) -> None:
    assert code_of(faulty, order("eat")) == "media.memory"
    assert not faulty._processes


def test_a_process_that_keeps_memory_is_replaced(faulty: DecoderPool) -> None:
    assert code_of(faulty, order("leak")) == "media.unknown_format"
    assert not faulty._processes


def test_words_of_a_decoder_are_short_and_printable(faulty: DecoderPool) -> None:
    error = faulty.open(order("chatter"), longest_side=64).exception()
    assert isinstance(error, MediaError)
    assert len(error.message) <= 600
    assert error.message.isprintable()
    assert "\u202e" not in error.message


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
def test_a_decoder_reaches_neither_network_nor_files_nor_programs_nor_secrets(
    faulty: DecoderPool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SECRET_TOKEN", "1")
    with (tmp_path / "secret").open("wb") as secret:
        os.set_inheritable(secret.fileno(), True)
        result = faulty.open(order("escape"), longest_side=64)
        assert result.exception() is None, result.exception()
    (process,) = faulty._processes
    assert process.shut is True


def test_limits_of_time_and_memory_with_real_files() -> None:
    picture = Media(media_id="large", data=encoded(Image.new("L", (6000, 6000)), "PNG", compress_level=1))
    with DecoderPool(workers=1, limits=Limits(max_memory=20_000_000)) as pool:
        assert code_of(pool, picture) == "media.memory"
        assert pool.open(PICTURE, longest_side=64).result().width == 96
    frames = [textured(100, 75, seed) for seed in range(2)] * 10
    film = Media(media_id="film", data=encoded(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    with DecoderPool(workers=1, limits=Limits(max_seconds=0.001)) as pool:
        assert code_of(pool, film) == "media.timeout"
        assert pool._processes  # it looked at the clock by itself
    with pytest.raises(MediaError) as caught:
        open_media(film, limits=Limits(max_seconds=0.001))
    assert caught.value.code == "media.timeout"


def test_no_process_can_be_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with DecoderPool(workers=1, limits=LIMITS) as pool:
        monkeypatch.setattr(decoder_process_module, "WORKER_MODULE", "no_such_module")
        assert code_of(pool, PICTURE) == "media.decoder_unavailable"
        monkeypatch.setattr(sys, "executable", str(tmp_path / "no_python"))
        assert code_of(pool, PICTURE) == "media.decoder_unavailable"
        assert not pool._processes


def test_a_worker_that_ends_from_boredom_between_two_files_is_said(faulty: DecoderPool) -> None:
    faulty.open(PICTURE, longest_side=64).result()
    os.kill(pid_of(faulty), 9)
    assert code_of(faulty, PICTURE) == "media.decoder_killed"
    assert faulty.open(PICTURE, longest_side=64).result().width == 96


def test_closing_drops_what_was_not_begun() -> None:
    pool = DecoderPool(workers=1, limits=LIMITS)
    futures = [pool.open(PICTURE, longest_side=64) for _ in range(50)]
    pool.close()
    pool.close()
    assert futures[0].result().width == 96
    with pytest.raises(CancelledError):
        futures[-1].result()
    with pytest.raises(ValueError, match="longest_side"):
        pool.open(PICTURE, longest_side=0)


def test_a_forgotten_pool_takes_its_processes_with_it() -> None:
    pool = DecoderPool(workers=1, limits=LIMITS)
    pool.open(PICTURE, longest_side=64).result()
    pid = pid_of(pool)
    del pool
    gc.collect()
    _wait_for_the_end_of(pid)


SCRIPT = """
    import sys, os
    from concurrent.futures import ThreadPoolExecutor
    from pathlib import Path
    from consentry.media import DecoderPool, Limits
    from consentry.records import Media
    pool = DecoderPool(workers=1, limits=Limits())
    print(pool.open(Media(path=Path(sys.argv[1])), longest_side=64).result().width, pool._processes[0].pid, flush=True)
    {end}
"""


@pytest.mark.parametrize(
    ("from_input", "end"),
    [
        (True, ""),
        (False, ""),
        (False, "os._exit(0)"),
        (False, "os.kill(os.getpid(), 9)"),
        (False, "raise SystemExit(1)"),
    ],
)
def test_scripts_without_a_main_guard_work_and_leave_nothing_behind(tmp_path: Path, from_input: bool, end: str) -> None:
    assert PICTURE.data is not None
    (tmp_path / "picture.png").write_bytes(PICTURE.data)
    script = textwrap.dedent(SCRIPT).format(end=end)
    (tmp_path / "script.py").write_text(script)
    done = subprocess.run(
        [sys.executable, "-" if from_input else "script.py", "picture.png"],
        input=script if from_input else None,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    width, pid = done.stdout.split()
    assert width == "96"
    _wait_for_the_end_of(int(pid))


def _wait_for_the_end_of(pid: int) -> None:
    for _ in range(600):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return
        if state == "Z":  # ended; where nobody collects orphans, this is all that there is to see
            return
        time.sleep(0.05)
    pytest.fail(f"process {pid} is still there")


def test_pixels_may_be_changed_by_the_caller() -> None:
    with DecoderPool(workers=1, limits=LIMITS) as pool:
        (frame,) = pool.open(PICTURE, longest_side=64).result().frames
    frame.pixels[:] = 0
    assert frame.pixels.dtype == np.uint8


def test_no_room_for_a_temporary_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where the system has no files in memory (not Linux), bytes go to a decoder by way of a file."""
    monkeypatch.delattr(os, "memfd_create")
    with small_disk(tmp_path) as disk, DecoderPool(workers=1, limits=LIMITS) as pool:
        monkeypatch.setattr(tempfile, "tempdir", str(disk.path))
        disk.fill()
        assert code_of(pool, PICTURE) == "media.no_room"
        disk.free()
        assert pool.open(PICTURE, longest_side=64).result().width == 96
