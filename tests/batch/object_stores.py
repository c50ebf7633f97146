"""Just enough of the protocols of S3 and of Google's storage for one bucket `b`, to read from with s3fs and gcsfs."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping
from email.utils import formatdate
from urllib.parse import unquote

from loopback_server import Answer, head

_DATE = formatdate(0, usegmt=True)


def s3(objects: Mapping[str, bytes]) -> Answer:
    """Objects by key, as S3 gives them when it is asked by path; `closed/...` may not be read."""

    def answer(connection: socket.socket, said: str) -> None:
        method, target = said.split(" ")[:2]
        key = unquote(target.split("?")[0]).removeprefix("/b").lstrip("/")
        if key.startswith("closed/"):
            connection.sendall(_error(403, "AccessDenied" if method == "GET" else ""))
        elif not key:
            found = [name for name in objects if name.startswith(_parameter(target, "prefix"))]
            listed = "".join(
                f"<Contents><Key>{name}</Key><LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>e</ETag>"
                f"<Size>{len(objects[name])}</Size><StorageClass>STANDARD</StorageClass></Contents>"
                for name in found
            )
            connection.sendall(
                _xml(200, f"<ListBucketResult><KeyCount>{len(found)}</KeyCount>{listed}</ListBucketResult>")
            )
        elif key not in objects:
            connection.sendall(_error(404, "NoSuchKey" if method == "GET" else ""))
        else:
            _send(connection, said, objects[key], ETag='"e"', Last_Modified=_DATE)

    return answer


def google(objects: Mapping[str, bytes]) -> Answer:
    """The same as Google's storage."""

    def answer(connection: socket.socket, said: str) -> None:
        target = said.split(" ")[1]
        plain = target.split("?")[0]
        key = unquote(plain.partition("/o/")[2])
        if plain.endswith("/o"):
            _json(connection, 200, {"kind": "storage#objects", "items": []})
        elif key not in objects:
            _json(connection, 404, {"error": {"code": 404, "message": "No such object"}})
        elif "alt=media" in target or "/download/" in plain:
            _send(connection, said, objects[key])
        else:
            about = {"name": key, "bucket": "b", "size": str(len(objects[key])), "generation": "1",
                     "metageneration": "1",
                     "timeCreated": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z"}  # fmt: skip
            _json(connection, 200, about)

    return answer


def _send(connection: socket.socket, said: str, data: bytes, **headers: str) -> None:
    asked = next((line for line in said.split("\r\n") if line.lower().startswith("range: bytes=")), None)
    code = 200
    if asked is not None:
        first, _, last = asked.split("=")[1].partition("-")
        whole = len(data)
        end = min(int(last or whole - 1), whole - 1)
        data, code = data[int(first) : end + 1], 206
        headers["Content_Range"] = f"bytes {first}-{end}/{whole}"
    body = b"" if said.startswith("HEAD") else data
    connection.sendall(head(code, Content_Length=len(data), **headers) + body)


def _xml(code: int, text: str) -> bytes:
    return head(code, Content_Length=len(text), Content_Type="application/xml") + text.encode()


def _error(code: int, name: str) -> bytes:
    return _xml(code, f"<Error><Code>{name}</Code><Message>No</Message></Error>" if name else "")


def _json(connection: socket.socket, code: int, content: Mapping[str, object]) -> None:
    text = json.dumps(content)
    connection.sendall(head(code, Content_Length=len(text), Content_Type="application/json") + text.encode())


def _parameter(target: str, name: str) -> str:
    for part in target.partition("?")[2].split("&"):
        if part.startswith(f"{name}="):
            return unquote(part.partition("=")[2])
    return ""
