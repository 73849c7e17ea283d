"""A stand-in for the Hugging Face Hub on the loopback: enough of its protocol to look a model up and download it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

COMMIT = "0" * 40


def _etag(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@contextmanager
def hub(repo: str, folder: Path, hold: threading.Event | None = None) -> Iterator[str]:
    """Serve one model repository; weights wait for ``hold`` half way. Yields the endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._file(body=False)

        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if path.startswith(f"/api/models/{repo}"):
                answer = self._tree() if "/tree/" in path else self._info()
                self._send(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})
            else:
                self._file(body=True)

        def _info(self) -> dict[str, object]:
            siblings = [{"rfilename": p.name, "size": p.stat().st_size} for p in sorted(folder.iterdir())]
            return {"id": repo, "modelId": repo, "sha": COMMIT, "siblings": siblings, "private": False, "tags": []}

        def _tree(self) -> list[dict[str, object]]:
            return [
                {"type": "file", "path": p.name, "size": p.stat().st_size, "oid": _etag(p.read_bytes())[:40]}
                for p in sorted(folder.iterdir())
            ]

        def _file(self, *, body: bool) -> None:
            parts = urlsplit(self.path).path.removeprefix(f"/{repo}/resolve/").split("/", 1)
            file = folder / parts[-1]
            if not file.is_file():
                self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"})
                return
            data = file.read_bytes()
            etag = _etag(data)
            self.send_response(200)
            for name, value in (
                ("ETag", f'"{etag}"'),
                ("X-Repo-Commit", COMMIT),
                ("Content-Length", str(len(data))),
                ("Accept-Ranges", "bytes"),
            ):
                self.send_header(name, value)
            self.end_headers()
            if not body:
                return
            half = len(data) // 2
            self.wfile.write(data[:half])
            self.wfile.flush()
            if hold is not None and file.suffix == ".safetensors":
                hold.wait(60)
            self.wfile.write(data[half:])

        def _send(self, status: int, body: bytes, headers: dict[str, str]) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
