"""A file opened for reading, decompressed."""

from __future__ import annotations

from functools import cache
from typing import Any, BinaryIO

from consentry.tables.formats import compression_of


def opened(address: str, name: str | None = None) -> BinaryIO:
    """The content of a file, decompressed as its name says.

    Args:
        address: A path, or an address that fsspec can read.
        name: Its name, where that is not the end of the address; one without an ending is not decompressed.

    Raises:
        OSError: It cannot be opened.
    """
    import fsspec
    from fsspec.utils import infer_compression

    _learn_zstandard()
    packing = compression_of(address if name is None else name)
    stream: BinaryIO = fsspec.open(address, "rb", compression=infer_compression(f"a{packing}")).open()
    return stream


@cache
def _learn_zstandard() -> None:
    """Python's library knows it from 3.14 on; before, fsspec asks for a package that does what Arrow does, too."""
    from fsspec.compression import compr, register_compression

    if "zstd" not in compr:
        register_compression("zstd", _zstandard, "zst")


def _zstandard(stream: Any, **_: Any) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(stream, "zstd")
