"""The query language of run lists."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuner.runs.query import RunQuery
from tuner.runs.summary import RunSummary

NOW = 1_800_000_000.0  # 2027-01-15T08:00:00Z

RUN = RunSummary(
    id="20270114-080000-kto-tools-0a1b",
    name="Tools",
    kind="train",
    source="tuner",
    state="running",
    objective="kto",
    method="lora",
    backend="cpu",
    model="Qwen/Qwen3-0.6B",
    dataset="data/prices.jsonl",
    created_at="2027-01-14T08:00:00.000Z",
    started_at="2027-01-14T08:00:00.000Z",
    finished_at=None,
    phase="training",
    message="",
    step=120,
    total_steps=200,
    progress=0.6,
    eta_seconds=300.0,
    metrics={"loss": 1.1, "eval_loss": 0.4, "rewards/margins": 1.5, "kl": 0.0, "grad_norm": None},
    best={"step": 100, "by": "eval_loss", "value": 0.4},
    error=None,
    parent=None,
    tags=["sweep-a", "X"],
    path=Path("runs"),
    note="the good one",
)
ENDED = replace(RUN, state="failed", finished_at="2027-01-14T09:00:00.000Z", best=None, note="", tags=[], name="other")


def matches(text: str, run: RunSummary = RUN) -> bool:
    return RunQuery.parse(text, lambda: NOW).matches(run)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "tools",
        "TOOLS qwen3",
        '"the good one"',
        "prices",
        "sweep",
        "nothing|good",
        "state:running",
        "state:run",
        "state:live",
        "STATE:Running",
        "state:failed|live",
        "objective:kto",
        "method:lora",
        "method=lora",
        "backend:cpu kind:train source:tuner",
        "tag:x",
        "tag=sweep-a",
        "model:0.6b",
        "dataset:prices",
        "id:0a1b",
        "name:ool",
        "note:good",
        'note:"good one"',
        "loss<1.2",
        "loss=1.1",
        "eval_loss<=.4",
        "step>100",
        "step=5|120",
        "progress>=50%",
        "progress>=50",
        "progress>0.5",
        "eta<=5m",
        "duration>23h",
        "best<0.5",
        "kl=0",
        "rewards/margins>1",
        "grad_norm=nan",
        "created>2d",
        "created<1h",
        "created>2027-01-13",
        "created>=2027-01-13 started<2027-01-16",
        "created:2027-01-14|2027-01-13|2027-01-15",
        "created>2027-01-14T07:59Z",
        "created=2027-01-14T08:00Z",
        "created<=2027-01-14T08:00Z",
        "-is:archived",
        "is:best is:live",
        "-loss>2",
        "not:state:failed",
        "-missing",
        "state:",
        "loss<",
        "is:",
        "-",
        "|",
        '"',
    ],
)
def test_a_run_fits(text: str) -> None:
    assert matches(text)


@pytest.mark.parametrize(
    "text",
    [
        "missing",
        "toolskto",
        "tools missing",
        "state:ended",
        "state:stale",
        "method:qlora",
        "method=lor",
        "tag:sweep-b",
        "loss<1",
        "loss>nan",
        "unknown_metric<1",
        "grad_norm<1",
        "grad_norm=0",
        "-tools",
        "not:tools",
        "created<2d",
        "created>1h",
        "created<2027-01-13",
        "finished>100d",
        "created>2027-01-14T08:00Z",
        "is:pinned",
        "is:archived",
        'note=""',
        '"loss<1.2"',
        "parent:x",
    ],
)
def test_a_run_does_not_fit(text: str) -> None:
    assert not matches(text)


def test_an_ended_run() -> None:
    assert matches("is:ended state:ended duration=1h -is:best", ENDED)
    assert matches('note=""', ENDED)
    assert not matches("is:live", ENDED)


def test_a_stale_run() -> None:
    stale = replace(RUN, stale_seconds=60.0)
    assert all(matches(text, stale) for text in ("state:stale", "is:stale", "state=live", "state:running", "-is:ended"))
    paused = replace(RUN, state="paused")
    assert matches("-state:live -state:ended state=paused", paused)
    assert matches("state:stale -is:live", replace(paused, stale_seconds=60.0))


def test_a_run_that_changed_is_searched_anew() -> None:
    assert matches("tools") and not matches("tools", replace(RUN, name="other", id="x", note=""))
    assert matches("tools")


def test_times_and_texts_that_are_not_there() -> None:
    unknown = replace(RUN, created_at=None, started_at="never", model=None, parent=None, best={"value": "high"})
    for text in ("created>100d", "started<1d", "model:q", "duration>0", "best>0", "is:pinned|archived"):
        assert not matches(text, unknown)


def test_archived_runs_are_hidden_unless_they_are_named() -> None:
    archived = replace(RUN, archived=True)
    assert not matches("", archived)
    assert not matches("tools", archived)
    assert matches("is:archived", archived)
    assert matches("is:archived|pinned", archived)
    assert matches("-is:pinned is:archived", archived)
    assert not matches("-is:archived", archived)
    assert matches("is:pinned", replace(RUN, pinned=True))


NO_TIME = "'{}' is no time: write created>2d, created>=2026-11-01 or created<2026-11-01T10:30"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("stat:running", "'stat' is no field; did you mean state?"),
        ("http://x", "'http' is no field; quoted it is looked for as text"),
        ("los:1.2", "'los' is no field; did you mean loss?"),
        ("state:runing", "'runing' is no state; did you mean running?"),
        ("state<3", "state is a text and has no order: write state:value"),
        ("step:3", "step is compared with <, <=, =, >= or >: step>3"),
        ("loss<low", "'low' is no number (in loss<…)"),
        ("eta<inf", "'inf' is no number (in eta<…)"),
        ("stat=running", "'stat' is no field; did you mean state?"),
        ("crated>2d", "'crated' is no time; did you mean created?"),
        ("created>soon", NO_TIME.format("soon")),
        ("created=2d", "write created>2d for younger, created<2d for older"),
        ("created>2026-99-99", NO_TIME.format("2026-99-99")),
        ("is:archive", "'archive' is nothing a run can be; there are is:archived"),
        ("is:q", "'q' is nothing a run can be; there are is:pinned is:archived is:live is:ended is:stale is:best"),
    ],
)  # fmt: skip
def test_problems_are_told(text: str, problem: str) -> None:
    assert RunQuery.parse(text).problems == (problem,)


@pytest.mark.parametrize(
    "text", ["los<1.2", "rewards/margins>1", "state:r", "state:recorded", "loss<", "tools", "created>"]
)
def test_what_may_be_meant_or_is_still_typed_is_no_problem(text: str) -> None:
    assert RunQuery.parse(text).problems == ()


def test_an_unknown_field_is_looked_for_as_text() -> None:
    run = replace(RUN, note="see http://example.test/a")
    assert matches("http://example.test", run)
    assert not matches("http://example.test", RUN)


def test_words_are_told_for_marking() -> None:
    assert RunQuery.parse('Alpha|beta -gamma state:run "two words"').words == ("alpha", "beta", "two words")


def test_an_empty_query_is_false() -> None:
    assert not RunQuery.parse("  ")
    assert RunQuery.parse("x")


def test_select_keeps_the_order() -> None:
    runs = [replace(RUN, id=str(i), step=i) for i in range(5)]
    assert [r.id for r in RunQuery.parse("step>=1 step<4").select(runs)] == ["1", "2", "3"]


PIECES = st.sampled_from(
    [*'-"|:<>=\\ \t%.', "not:", "is:", "archived", "state", "tag", "loss", "created", "progress", "eta", "step", "note",
     "2d", "1e999", "50%", "2026-11-01", "2026-11-01T10:30", "nan", "9" * 400, "run", "ß", "İ", "\ud800"]
)  # fmt: skip
TEXTS = st.one_of(st.text(), st.lists(PIECES, max_size=12).map("".join))


@given(TEXTS)
def test_any_text_is_read_and_written_back(text: str) -> None:
    query = RunQuery.parse(text, lambda: NOW)
    assert RunQuery.parse(str(query)) == query
    assert str(RunQuery.parse(str(query))) == str(query)
    assert query.matches(RUN) in {True, False}


WRITTEN = [
    ("Tools|other  -tag:X", "tools|other -tag:x"),
    ('model:"a b"|c note=""', 'model:"a b"|c note=""'),
    ("is:pinned|archived not:is:live", "is:pinned|archived -is:live"),
    ("loss<1.20 step>=10k kl=0|-2 eval<=3e-20 grad_norm=nan", "loss<1.2 step>=10000 kl=0|-2 eval<=3e-20 grad_norm=nan"),
    ("progress>50 progress<500 eta<5m duration>=1.5h", "progress>0.5 progress<1 eta<300 duration>=5400"),
    ("created>2d started<2026-11-01", "created>172800s started<2026-11-01"),
    ("finished>=2026-11-01t10:30z", "finished>=2026-11-01T10:30Z"),
    (r'"state:run" "-x" "a\\b" "q\"q"', r'"state:run" "-x" "a\\b" "q\"q"'),
    ("http://x created:2026-11-01", '"http://x" created=2026-11-01'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "written"), WRITTEN)
def test_there_is_one_way_of_writing_a_query(text: str, written: str) -> None:
    query = RunQuery.parse(text)
    assert str(query) == written
    assert RunQuery.parse(written) == query
    assert query.terms


TERMS = st.sampled_from([term for text, _ in WRITTEN for term in text.split("  ")])


@given(st.lists(TERMS, max_size=4).map(" ".join))
def test_terms_in_any_order_are_read_and_written_back(text: str) -> None:
    query = RunQuery.parse(text)
    assert RunQuery.parse(str(query)) == query


WORDS = st.sampled_from(["tools", "beta", "two words", "ß", 'qu"ote', "back\\slash", "-x", "state:run", "STRASSE"])
SIGNS = st.sampled_from(["<", "<=", ">", ">=", "="])
VALUES = st.one_of(st.integers(-5, 5).map(float), st.floats(-3, 3))


@given(
    name=st.lists(WORDS, max_size=3).map(" ".join),
    note=WORDS,
    word=WORDS,
    negated=st.booleans(),
    loss=st.none() | VALUES,
    sign=SIGNS,
    bound=VALUES,
    step=st.none() | st.integers(0, 10),
)
def test_it_agrees_with_a_plain_evaluation(
    name: str, note: str, word: str, negated: bool, loss: float | None, sign: str, bound: float, step: int | None
) -> None:
    run = replace(RUN, name=name, note=note, metrics={"loss": loss}, step=step, model=None, dataset=None, tags=[])
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    text = f'{"-" if negated else ""}"{escaped}" loss{sign}{bound!r} step>=3'
    said = any(word.casefold() in t.casefold() for t in (name, note, run.id))
    order = {"<": -1, "<=": -1, ">": 1, ">=": 1, "=": 0}[sign]
    fits = False
    if loss is not None:
        equal = abs(loss - bound) <= 1e-9 * max(abs(loss), abs(bound))
        fits = {-1: loss < bound, 0: equal, 1: loss > bound}[order] or (sign in {"<=", ">="} and loss == bound)
    expected = (said is not negated) and fits and step is not None and step >= 3
    assert matches(text, run) is expected
