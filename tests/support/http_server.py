"""A stand-in for a model server on the loopback, which can also fail in every way a server does."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answers = dict[str, tuple[int, bytes]]


class StandIn:
    """What the server answers by path, and the headers it was asked with. ``cut`` breaks off in the middle."""

    def __init__(self, answers: Answers, cut: bool) -> None:
        self.answers, self.cut = answers, cut
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.port = 0

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def model_server(answers: dict[str, object], status: int = 200, *, cut: bool = False) -> Iterator[StandIn]:
    """Serve JSON (or bytes as they are) by path; other paths are 404."""
    encoded = {p: (status, v if isinstance(v, bytes) else json.dumps(v).encode()) for p, v in answers.items()}
    stand_in = StandIn(encoded, cut)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            stand_in.asked.append((self.path, dict(self.headers.items())))
            code, body = stand_in.answers.get(self.path, (404, b"{}"))
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if stand_in.cut else body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
