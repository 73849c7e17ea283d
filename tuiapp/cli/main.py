"""The entry point of `tuner` and `python -m tuner`."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

from tuiapp.cli.exit_codes import BAD_INPUT, INTERRUPTED, exit_code_of
from tuiapp.cli.output import print_error
from tuiapp.cli.parser import UsageError, build_parser
from tuner.core.errors import BackendError, ConfigurationError, ErrorCode, TunerError
from tuner.runs.json_file import UnreadableFile


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code."""
    words = list(sys.argv[1:] if argv is None else argv)
    as_json = "--json" in words
    try:
        arguments = build_parser().parse_args(words)
    except UsageError as error:
        print_error(ConfigurationError(str(error), hint=error.hint), as_json)
        return BAD_INPUT
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except TunerError as error:
        print_error(error, as_json)
        return exit_code_of(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # `tuner … | head`: the reader has what it wanted
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except (OSError, UnreadableFile) as error:
        told = _told(error)
        print_error(told, as_json)
        return exit_code_of(told)
    return code


def _told(error: OSError | UnreadableFile) -> TunerError:
    """What the system refused in a place that no workflow expected, in words."""
    if isinstance(error, UnreadableFile):
        return ConfigurationError(str(error), hint="restore the file from a backup, or delete the run")
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    place = f"{error.filename}: " if error.filename else ""
    return BackendError(
        f"{place}{error.strerror or error}",
        code=ErrorCode.DISK_FULL if full else None,
        hint="free some space and try again" if full else "check the path and its permissions",
    )
