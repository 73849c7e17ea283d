"""Ten thousand malformed rows go through detecting, converting, reshaping and looking through without a traceback."""

from __future__ import annotations

import copy
import json
import random
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tuner.core.enums import DatasetFormat, Objective
from tuner.data.formats import USABLE, BadRecord, convert, detect
from tuner.data.inspect import inspect_dataset
from tuner.data.json_decoding import decode, decoded_line, decoder
from tuner.data.reshape import reshape
from tuner.data.split import held_out, split_key

TURN = {"role": "user", "content": "q"}
CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": [1, null]}'}}
SEEDS: list[dict[str, object]] = [
    {"text": "plain"},
    {"messages": [{"role": "system", "content": "s"}, TURN, {"role": "assistant", "content": "a"}], "tools": "[]"},
    {"messages": [TURN, {"role": "assistant", "content": None, "tool_calls": [CALL]}], "label": "true"},
    {"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "<tool_call>{}</tool_call>"}]},
    {"conversations": [{"from": "human", "value": "q"}, {"from": "function_call", "value": '{"name": "f"}'}]},
    {"prompt": "q", "completion": "a", "label": 1},
    {"instruction": "q", "input": "i", "output": "a", "history": [["x", "y"]], "system": "s"},
    {"prompt": "q", "chosen": "a", "rejected": "b"},
    {
        "chosen": [TURN, {"role": "assistant", "content": "a"}],
        "rejected": [TURN, {"role": "assistant", "content": "b"}],
    },
    {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
]
ODD: list[object] = [
    None, True, 0, -1, 2**70, 1e308, float("nan"), "", " ", "\x00", "\ud83d", "user", "assistant", "[", "[]", "{}",
    "[1]", '{"name": 1}', [], [[]], {}, [{}], [None], {"role": "user"}, {"role": ["x"]}, {"from": {}}, {"type": "text"},
    {1: 2}, ("a",), b"x", [[[[[[]]]]]], "<tool_call>", "[TOOL_CALLS] [", "tool_call: f\narguments: {",
]  # fmt: skip
FORMATS = [kind for kind in DatasetFormat if kind is not DatasetFormat.AUTO]


def places(value: object, path: tuple[object, ...] = ()) -> list[tuple[object, ...]]:
    """Every place in a record."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(deeper for key, each in inner for deeper in places(each, (*path, key)))]


def mangled(record: dict[str, object], chance: random.Random) -> dict[str, object]:
    """The record with one to three things changed, taken out, or put in."""
    for _ in range(chance.randint(1, 3)):
        *above, last = chance.choice([p for p in places(record) if p] or [("text",)])
        inside: object = record
        for key in above:
            inside = inside[key]  # type: ignore[index]  # a place in the record
        odd = json.loads(json.dumps(SEEDS)) if chance.random() < 0.02 else copy.deepcopy(chance.choice(ODD))
        if isinstance(inside, list) and isinstance(last, int):
            inside[last : last + chance.randint(0, 1)] = chance.choice([[], [odd]])
        elif isinstance(inside, dict):
            if chance.random() < 0.3:
                inside.pop(last, None)
            inside[chance.choice([last, "role", "content", "label", "tools", "prompt", "system", "tool_calls"])] = odd
    return record


@settings(max_examples=400, suppress_health_check=list(HealthCheck), database=None)
@given(st.integers(0, 2**32 - 1))
def test_ten_thousand_malformed_records(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(25):
        is_a_row_or_a_reason(mangled(json.loads(json.dumps(chance.choice(SEEDS))), chance), chance)


def is_a_row_or_a_reason(record: dict[str, object], chance: random.Random) -> None:
    try:
        row = convert(record, detect(record) or chance.choice(FORMATS))
    except BadRecord as bad:
        assert bad.code
        assert bad.message
        return
    assert held_out(row, 1.0, 1)
    try:
        made = reshape(row, chance.choice(FORMATS))
    except BadRecord as bad:
        assert bad.code in {"CANNOT_HOLD", "UNWANTED"}
    else:
        assert made


def test_ten_thousand_malformed_lines(tmp_path: Path) -> None:
    chance = random.Random(0)
    lines = []
    for _ in range(10_000):
        record = mangled(json.loads(json.dumps(chance.choice(SEEDS))), chance)
        line = bytearray(json.dumps(record, default=repr, skipkeys=True, ensure_ascii=chance.random() < 0.5)
                         .encode("utf-8", "surrogatepass"))  # fmt: skip
        if chance.random() < 0.2:
            line[chance.randrange(len(line))] = chance.randrange(256)
        if chance.random() < 0.1:
            del line[chance.randrange(len(line)) :]
        lines.append(bytes(line).replace(b"\n", b" ") or b"{")
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n".join(lines) + b"\n")
    full = sum(not line.isspace() for line in lines)
    for objective in Objective:
        report = inspect_dataset(path, DatasetFormat.AUTO, objective, split=(0.5, 1))
        assert report.rows + report.problem_count == full
        assert sum(report.formats.values()) == report.rows
        assert set(report.formats) <= {kind.value for kind in USABLE[objective]}
        assert report.rows > 100


@given(st.one_of(st.binary(max_size=40), st.text(max_size=20).map(lambda t: json.dumps({"t": t}).encode())))
def test_the_fast_decoder_reads_as_the_standard_librarys(source: bytes) -> None:
    assert repr(decoded_line(1, source, 0, decoder())) == repr(decoded_line(1, source, 0, decode))


PLAIN = st.lists(
    st.builds(lambda r, c: {"role": r, "content": c}, st.text(), st.text() | st.just("\ud83d")), max_size=3
)


@given(PLAIN)
def test_the_key_of_a_split_is_json_with_sorted_keys(prompt: list[dict[str, object]]) -> None:
    assert split_key({"prompt": prompt}) == json.dumps(prompt, sort_keys=True, ensure_ascii=False)
