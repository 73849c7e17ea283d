"""A stand-in for the Hub on the loopback that has one dataset: enough of its protocol to stream it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0" * 40


@contextmanager
def dataset_hub(repo: str, folder: Path) -> Iterator[str]:
    """Serve the files of a folder as a dataset repository. Yields the endpoint."""

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self._answer(body=False)

        def do_GET(self) -> None:
            self._answer(body=True)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            known = urlsplit(self.path).path.startswith(f"/api/datasets/{repo}/paths-info/")
            self._send(200, json.dumps(tree() if known else []).encode())

        def _answer(self, *, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            if path.startswith(f"/api/datasets/{repo}/tree/"):
                self._send(200, json.dumps(tree()).encode(), body=body)
            elif path == f"/api/datasets/{repo}" or path.startswith(f"/api/datasets/{repo}/revision/"):
                self._send(200, json.dumps(about()).encode(), body=body)
            elif path.startswith(f"/datasets/{repo}/resolve/"):
                self._file(folder / path.rsplit("/", 1)[-1], body=body)
            else:
                self._send(404, b"{}", {"X-Error-Code": "RepoNotFound"}, body=body)

        def _file(self, file: Path, *, body: bool) -> None:
            if not file.is_file():
                self._send(404, b"{}", {"X-Error-Code": "EntryNotFound"}, body=body)
                return
            data = file.read_bytes()
            headers = {
                "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
                "X-Repo-Commit": COMMIT,
                "Accept-Ranges": "bytes",
            }
            asked = self.headers.get("Range", "").removeprefix("bytes=")
            if asked:
                first, _, last = asked.partition("-")
                stop = min(int(last) + 1 if last else len(data), len(data))
                headers["Content-Range"] = f"bytes {first}-{stop - 1}/{len(data)}"
                self._send(206, data[int(first) : stop], headers, body=body)
            else:
                self._send(200, data, headers, body=body)

        def _send(self, status: int, data: bytes, headers: dict[str, str] | None = None, *, body: bool = True) -> None:
            self.send_response(status)
            for name, value in {
                "Content-Type": "application/json",
                **(headers or {}),
                "Content-Length": str(len(data)),
            }.items():
                self.send_header(name, value)
            self.end_headers()
            if body:
                self.wfile.write(data)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            pass

    def tree() -> list[dict[str, object]]:
        return [
            {"type": "file", "path": p.name, "size": p.stat().st_size, "oid": "1" * 40}
            for p in sorted(folder.iterdir())
            if p.is_file()
        ]

    def about() -> dict[str, object]:
        files = [{"rfilename": p["path"]} for p in tree()]
        return {"id": repo, "sha": COMMIT, "siblings": files, "private": False, "tags": [], "downloads": 0}

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
