"""A nested mapping, as read from a file, turned into a JobConfiguration or into the list of what is wrong with it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import pydantic

from tuner.core.aliases import normalise_aliases
from tuner.core.issues import Issue, Severity, has_errors
from tuner.core.job import JobConfiguration, range_issues, section_class


def parse_job(values: Mapping[str, object]) -> tuple[JobConfiguration | None, list[Issue]]:
    """Build the configuration; every problem found is reported, not only the first.

    Returns:
        The configuration, or None where an issue is an error, and all issues (used aliases are told as info).
    """
    plain, issues = normalise_aliases(values)
    if has_errors(issues):
        return None, issues
    try:
        return JobConfiguration.model_validate(plain), issues
    except pydantic.ValidationError as error:
        issues += issues_from(error)
    seen = {(i.path, i.code) for i in issues}
    issues += [i for i in range_issues(plain) if (i.path, i.code) not in seen]
    return None, issues


def issues_from(error: pydantic.ValidationError) -> list[Issue]:
    """Pydantic's findings in our words, with a "did you mean" for unknown keys and values."""
    issues: list[Issue] = []
    for detail in error.errors(include_url=False):
        nested = detail.get("ctx", {}).get("issues")
        if nested is not None:
            issues += nested
            continue
        keys = tuple(str(k) for k in detail["loc"])
        issue = _issue(keys, detail["type"], detail["msg"], detail.get("input"), detail.get("ctx", {}))
        if not any(i.path == issue.path for i in issues):  # a union reports each of its members
            issues.append(issue)
    return issues


def _issue(keys: tuple[str, ...], kind: str, message: str, value: object, context: Mapping[str, object]) -> Issue:
    keys = tuple(k for k in keys if not k.startswith("list[") and k not in {"str", "lax-or-strict"})
    path = ".".join(keys)
    if kind == "extra_forbidden":
        return _unknown_key(keys)
    if kind == "enum":
        allowed = [part.strip(" '") for part in str(context.get("expected", "")).replace(" or ", ",").split(",")]
        return _error(
            path, "BAD_VALUE", f"{_short(value)} is not one of {', '.join(allowed)}", _did_you_mean(value, allowed)
        )
    if kind == "missing":
        return _error(path, "MISSING", "is required", f"add {path}")
    if kind in {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}:
        return _error(
            path,
            "OUT_OF_RANGE",
            f"{_short(value)} is out of range",
            message.replace("Input should be ", "use a number "),
        )
    wanted = message.replace("Input should be ", "").replace("Input must be ", "").partition(", unable to parse")[0]
    return _error(path, "WRONG_TYPE", f"{_short(value)} is not {wanted}", f"expected {wanted}")


def _unknown_key(keys: tuple[str, ...]) -> Issue:
    section = section_class(keys[:-1])
    known = list(section.model_fields) if section else []
    close = difflib.get_close_matches(keys[-1], known, n=1, cutoff=0.6)
    hint = f"did you mean {close[0]}?" if close else f"known keys here: {', '.join(known)}"
    return _error(".".join(keys), "UNKNOWN_KEY", f"unknown key {keys[-1]!r}", hint)


def _did_you_mean(value: object, allowed: list[str]) -> str:
    close = difflib.get_close_matches(_short(value).strip("'").lower(), allowed, n=1, cutoff=0.5)
    return f"did you mean {close[0]}?" if close else f"use one of {', '.join(allowed)}"


def _short(value: object) -> str:
    try:
        text = repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits; a list within itself
        return f"this {type(value).__name__}"
    return text if len(text) <= 60 else text[:57] + "..."


def _error(path: str, code: str, message: str, hint: str) -> Issue:
    return Issue(path=path, severity=Severity.ERROR, code=code, message=message, hint=hint)
