"""Where a server is, however the user wrote it down."""

from __future__ import annotations

from urllib.parse import urlsplit

from tuner.core.errors import ConfigurationError


def base_url(host: str, default_port: int) -> str:
    """``http://h:11434``, ``h:11434`` and ``h`` all become http://h:11434; a scheme and a path are kept.

    Raises:
        ConfigurationError: the text names no host, or its port is not a number from 1 to 65535.
    """
    text = host.strip()
    with_scheme = text if "://" in text else f"http://{text}"
    try:
        parts = urlsplit(with_scheme)
        port = parts.port
    except ValueError as error:
        raise ConfigurationError(f"server address {host!r}: {error}", hint="write HOST, HOST:PORT or a URL") from error
    if not parts.hostname or parts.scheme not in {"http", "https"} or port == 0:
        raise ConfigurationError(f"server address {host!r} names no server", hint="write HOST, HOST:PORT or a URL")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    # A URL without a port means the scheme's own; a bare name means the server's default.
    suffix = f":{port}" if port else "" if "://" in text and parts.scheme == "https" else f":{default_port}"
    return f"{parts.scheme}://{name}{suffix}{parts.path.rstrip('/')}"
