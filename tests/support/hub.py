"""A stand-in for the Hugging Face Hub on the loopback: enough of its protocol to look a model up and download it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0" * 40


@dataclass
class Faults:
    """What goes wrong. Counters say how many answers about the weights are spoilt before one is whole."""

    gated: int | None = None
    """The status (401 or 403) with which files are refused; what the model is may be looked up."""
    missing: bool = False
    private_token: bool = False
    """Every request is answered as to a token that the Hub does not know."""
    revisions: tuple[str, ...] = ("main",)
    cut: int = 0
    """The connection ends after half of what was asked for."""
    damaged: int = 0
    busy: int = 0
    """503, whatever is asked."""
    ranges: list[str] = field(default_factory=list)
    """The Range headers that came for weights, in order; "" for a request of the whole."""
    served: list[str] = field(default_factory=list)
    """The names of the files that were sent."""


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def hub(repo: str, folder: Path, hold: threading.Event | None = None, faults: Faults | None = None) -> Iterator[str]:
    """Serve one model repository; weights wait for ``hold`` half way. Yields the endpoint."""
    wrong = faults or Faults()

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def _answer(self, *, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            if wrong.busy:
                wrong.busy -= 1
                self._send(503, b"{}", {})
            elif wrong.private_token:
                self._send(401, b"{}", {"X-Error-Message": "Invalid credentials in Authorization header"})
            elif wrong.missing or not path.startswith((f"/api/models/{repo}", f"/{repo}/resolve/")):
                self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"})
            elif path.startswith("/api/"):
                self._about(path.removeprefix(f"/api/models/{repo}"))
            else:
                self._file(*path.removeprefix(f"/{repo}/resolve/").split("/", 1), body=body)

        def _about(self, rest: str) -> None:
            revision = rest.split("/")[2] if rest.startswith(("/revision/", "/tree/")) else "main"
            if not self._known(revision):
                return
            if rest == "/refs":
                branches = [{"name": n, "ref": f"refs/heads/{n}", "targetCommit": COMMIT} for n in wrong.revisions]
                answer: object = {"branches": branches, "tags": [], "converts": []}
            else:
                answer = self._tree() if rest.startswith("/tree/") else self._info()
            self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})

        def _known(self, revision: str) -> bool:
            if revision in (*wrong.revisions, COMMIT):
                return True
            self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"})
            return False

        def _info(self) -> dict[str, object]:
            siblings: list[dict[str, object]] = []
            for path in sorted(folder.iterdir()):
                sha, size = _etag(path.read_bytes()), path.stat().st_size
                lfs = {"lfs": {"sha256": sha, "size": size, "pointerSize": 100}} if path.suffix != ".json" else {}
                siblings.append({"rfilename": path.name, "size": size, "blobId": sha[:40], **lfs})
            return {
                "id": repo,
                "modelId": repo,
                "sha": COMMIT,
                "siblings": siblings,
                "private": False,
                "tags": [],
                "cardData": {"license": "tiny-licence-1"},
            }

        def _tree(self) -> list[dict[str, object]]:
            return [
                {"type": "file", "path": p.name, "size": p.stat().st_size, "oid": _etag(p.read_bytes())[:40]}
                for p in sorted(folder.iterdir())
            ]

        def _file(self, revision: str, name: str, *, body: bool) -> None:
            if wrong.gated is not None:
                self._send(wrong.gated, b"{}", {"X-Error-Code": "GatedRepo"})
                return
            if not self._known(revision):
                return
            file = folder / name
            if not file.is_file():
                self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"})
                return
            whole = file.read_bytes()
            asked = self.headers.get("Range") or ""
            begin = int(asked.removeprefix("bytes=").rstrip("-")) if asked else 0
            data = whole[begin:]
            self.send_response(206 if begin else 200)
            headers = {
                "ETag": f'"{_etag(whole)}"',
                "X-Repo-Commit": COMMIT,
                "Content-Length": str(len(data)),
                "Accept-Ranges": "bytes",
            }
            if begin:
                headers["Content-Range"] = f"bytes {begin}-{len(whole) - 1}/{len(whole)}"
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            if body:
                wrong.served.append(name)
                self._body(data, asked, weights=file.suffix == ".safetensors")

        def _body(self, data: bytes, asked: str, *, weights: bool) -> None:
            half = len(data) // 2
            if weights:
                wrong.ranges.append(asked)
                if wrong.damaged:
                    wrong.damaged -= 1
                    data = data[:half] + bytes(len(data) - half)
            self.wfile.write(data[:half])
            self.wfile.flush()
            if weights and wrong.cut:
                wrong.cut -= 1
                self.close_connection = True
                self.connection.close()
                return
            if weights and hold is not None:
                hold.wait(60)
            self.wfile.write(data[half:])

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ValueError):
                return  # the client went away, or we cut it off

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
