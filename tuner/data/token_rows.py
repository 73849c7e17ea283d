"""Rows to token counts: rendered in Python, tokenized a chunk at a time on all cores meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from tuner.data.chat_tokenizer import ChatTokenizer
from tuner.data.row_texts import Learning, Sequence, row_sequences
from tuner.data.templates import TemplateRefused

if TYPE_CHECKING:
    from tokenizers import Encoding

    from tuner.data.records import Record

TokenSpan = tuple[int, int]
_CHUNK_ROWS, _CHUNK_CHARACTERS = 256, 400_000
_HASTY = 8
"""So many times smaller are chunks where time is short: what is begun is finished."""


class CountedSequence(NamedTuple):
    """A text's length in tokens, and which of them are learned, in order and apart. ``cut``: see ``Sequence``."""

    tokens: int
    spans: list[TokenSpan]
    cut: bool = True


class CountedRow(NamedTuple):
    """One row. ``refused`` says why the chat template does not take it; then it has no sequences."""

    line: int
    sequences: list[CountedSequence]
    note: str = ""
    refused: str = ""


@dataclass(slots=True)
class _Chunk:
    rows: list[tuple[int, list[Sequence], str, str]] = field(default_factory=list)
    characters: int = 0

    def full(self, part: int) -> bool:
        return len(self.rows) * part >= _CHUNK_ROWS or self.characters * part >= _CHUNK_CHARACTERS


def counted_rows(
    tokenizer: ChatTokenizer, rows: Iterable[tuple[int, Record]], learning: Learning, *, hasty: bool = False
) -> Iterator[CountedRow]:
    """Count rows (with their lines) in their order, in bounded memory.

    ``hasty``: in small chunks, so that little is left to do once the rows end.

    Raises:
        TokenizerUnreadable: the model has no chat template, and a row is a conversation.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="tokenizing") as pool:
        pending: tuple[_Chunk, Future[list[Encoding]]] | None = None
        for chunk in _chunks(tokenizer, rows, learning, _HASTY if hasty else 1):
            begun = chunk, pool.submit(_encode, tokenizer, chunk)
            if pending is not None:
                yield from _counted(tokenizer, *pending)
            pending = begun
        if pending is not None:
            yield from _counted(tokenizer, *pending)


def _chunks(
    tokenizer: ChatTokenizer, rows: Iterable[tuple[int, Record]], learning: Learning, part: int
) -> Iterator[_Chunk]:
    chunk = _Chunk()
    for line, row in rows:
        try:
            sequences, note = row_sequences(tokenizer, row, learning)
            chunk.rows.append((line, sequences, note, ""))
            chunk.characters += sum(len(s.text) for s in sequences)
        except TemplateRefused as error:
            chunk.rows.append((line, [], "", str(error)))
        if chunk.full(part):
            yield chunk
            chunk = _Chunk()
    if chunk.rows:
        yield chunk


def _encode(tokenizer: ChatTokenizer, chunk: _Chunk) -> list[Encoding]:
    """The encodings of the chunk's texts in order, with offsets where they are needed."""
    texts = [sequence for _, sequences, _, _ in chunk.rows for sequence in sequences]
    found: dict[int, Encoding] = {}
    for special in (False, True):
        for offsets in (False, True):
            some = [i for i, s in enumerate(texts) if s.special is special and _needs_offsets(s) is offsets]
            if some:
                encodings = tokenizer.encode([texts[i].text for i in some], special=special, offsets=offsets)
                found.update(zip(some, encodings, strict=True))
    return [found[i] for i in range(len(texts))]


def _needs_offsets(sequence: Sequence) -> bool:
    """Not where all is learned, nor where all behind a prompt is: its last mark tells where that begins."""
    return sequence.spans is not None and sequence.spans != [(len(sequence.head), None)]


def _counted(tokenizer: ChatTokenizer, chunk: _Chunk, made: Future[list[Encoding]]) -> Iterator[CountedRow]:
    encodings = iter(made.result())
    for line, sequences, note, refused in chunk.rows:
        counted = [_counted_sequence(tokenizer, s, next(encodings)) for s in sequences]
        if len(counted) == 2:  # the answers of a preference row begin at one place
            start = min(c.spans[-1][0] if c.spans else c.tokens for c in counted)
            counted = [CountedSequence(c.tokens, [(start, c.tokens)]) for c in counted]
        yield CountedRow(line, counted, note, refused)


def _counted_sequence(tokenizer: ChatTokenizer, sequence: Sequence, encoding: Encoding) -> CountedSequence:
    count = len(encoding)
    if sequence.spans is None:
        return CountedSequence(count, [(0, count)], sequence.cut)
    spans: list[TokenSpan] = []
    reached = 0
    for start, end in sorted(sequence.spans, key=lambda span: span[0]):
        if end is None:
            first, last = _begin_of_answer(tokenizer, sequence, start, encoding), count
        else:
            first, last = _token_at(encoding, start, end), _token_before(encoding, start, end)
        first = max(first, reached)
        if last > first:
            spans.append((first, last))
            reached = last
    return CountedSequence(count, spans, sequence.cut)


def _begin_of_answer(tokenizer: ChatTokenizer, sequence: Sequence, start: int, encoding: Encoding) -> int:
    """Where the tokens of the prompt and of the whole diverge.

    Marks part a text: nothing before one depends on what comes behind. So if the prompt is there as a whole, the
    tokens behind its last mark tell; else all of the prompt's must.
    """
    head = sequence.head
    if not head:
        return 0
    ids = encoding.ids
    tail = tokenizer.tail(head) if start == len(head) else None
    if tail is not None and tail.mark_id is not None:
        count = head.count(tail.mark)
        if ids.count(tail.mark_id) == sequence.text.count(tail.mark):
            place = -1
            for _ in range(count):
                place = ids.index(tail.mark_id, place + 1)
            return place + 1 + _same(tail.ids, ids[place + 1 : place + 1 + len(tail.ids)])
    return _same(tokenizer.encode([head], special=False, offsets=False)[0].ids, ids)


def _same(some: list[int], others: list[int]) -> int:
    """How many at the beginning are the same."""
    if some == others:
        return len(some)
    for i, (one, other) in enumerate(zip(some, others, strict=False)):
        if one != other:
            return i
    return min(len(some), len(others))


def _token_at(encoding: Encoding, start: int, end: int) -> int:
    """The first token that holds a character of the span."""
    found = (encoding.char_to_token(i) for i in range(start, end))
    return next((int(token) for token in found if token is not None), len(encoding))


def _token_before(encoding: Encoding, start: int, end: int) -> int:
    """One behind the last token that holds a character of the span."""
    found = (encoding.char_to_token(i) for i in range(end - 1, start - 1, -1))
    last = next((int(token) for token in found if token is not None), None)
    return 0 if last is None else last + 1
