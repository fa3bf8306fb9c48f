"""Reads events in their flat form, in place and only as far as asked.

The host gives a batch as bytes: flat events, one after another, little endian.

    0  u32  length of the whole event in bytes, a multiple of 8
    4  u8   version = 1
    5  u8   kind, see Kind
    6  u16  number of attributes
    8  u64  seq: position in the lane's queue
   16  i64  time, µs since 1970 UTC; the smallest i64 if the source gives none
   24  i64  received, µs since 1970 UTC
   32  u64  source sequence; the largest u64 if the source gives none
   40  u32  end of the event's name in `bytes`; the name begins at 0
   44  u32  length of `bytes`
   48  attributes: { u32 end of name | kind << 30, u32 end of value }
       bytes: names and values, one after another, UTF-8

The host has checked the bytes; what is no batch at all raises ValueError.

    for at, event in enumerate(events(batch)):
        if event.name == "EventUserEvent":
            print(at, event.time, event.text("CallUUID"), event.pairs("UserData"))
"""

import re
from enum import IntEnum
from struct import Struct
from typing import Iterator, List, Optional, Tuple, Union

_HEADER = Struct("<IBBHQqqQII")
_ENTRY = Struct("<II")
_VERSION = 1
_END = (1 << 30) - 1
_INTEGER, _LIST, _PAIR = 1, 2, 3
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*")
_NO_TIME = -(1 << 63)
_NO_SEQUENCE = (1 << 64) - 1

#: (key, text) pairs of a list, in their order; a key can occur more than once.
Pairs = List[Tuple[str, str]]
#: A value of an attribute.
Value = Union[str, int, Pairs]


class Kind(IntEnum):
    """What an entry of a lane's queue is."""

    SOURCE = 0
    SESSION_OPENED = 1
    SESSION_CLOSED = 2
    SESSION_NO_DATA = 3
    LINK_DOWN = 4
    LINK_UP = 5
    DIRECTORY = 6
    TICK = 7


class Event:
    """An event of a batch. It is read where it stands: nothing is decoded that is not asked for."""

    __slots__ = ("_batch", "_table", "_texts", "_count", "_name_end", "kind", "seq", "received", "source_time", "sequence")

    #: What the entry is.
    kind: Kind
    #: Position in the lane's queue.
    seq: int
    #: When the concentrator received it, µs since 1970 UTC.
    received: int
    #: The source's time, µs since 1970 UTC, if it gave one.
    source_time: Optional[int]
    #: The source's own sequence number, if it numbers its events.
    sequence: Optional[int]

    def __init__(self, batch: bytes, start: int):
        length, version, kind, count, seq, time, received, sequence, name_end, size = _HEADER.unpack_from(batch, start)
        if version != _VERSION:
            raise ValueError(f"unknown version {version} of the flat form")
        self._batch, self._count, self._name_end = batch, count, name_end
        self._table = start + _HEADER.size
        self._texts = self._table + count * _ENTRY.size
        if length < _HEADER.size or self._texts + size > start + length or start + length > len(batch):
            raise ValueError("an event that is cut short")
        self.kind, self.seq, self.received = Kind(kind), seq, received
        self.source_time = None if time == _NO_TIME else time
        self.sequence = None if sequence == _NO_SEQUENCE else sequence

    @property
    def time(self) -> int:
        """The time that rows carry, µs since 1970 UTC: the source's, or that of receipt where it gives none."""
        return self.received if self.source_time is None else self.source_time

    @property
    def name(self) -> str:
        """Name of the event."""
        return self._text(self._texts, self._texts + self._name_end)

    def attributes(self) -> Iterator[Tuple[str, Value]]:
        """Name and value of each attribute, in their order: text, a whole number, or the pairs of a list."""
        for index in range(self._count):
            kind, begin, name_end, _ = self._entry(index)
            if kind != _PAIR:
                yield self._text(begin, name_end), self._value(index)

    def get(self, name: str) -> Optional[Value]:
        """The value of the first attribute of that name, if there is one."""
        wanted = name.encode()
        for index in range(self._count):
            kind, begin, name_end, _ = self._entry(index)
            if kind != _PAIR and self._batch[begin:name_end] == wanted:
                return self._value(index)
        return None

    def text(self, name: str) -> Optional[str]:
        """The text of the first attribute of that name, if it is a text."""
        value = self.get(name)
        return value if isinstance(value, str) else None

    def integer(self, name: str) -> Optional[int]:
        """The number of the first attribute of that name, also if it is written as text."""
        value = self.get(name)
        if isinstance(value, str):
            return int(value) if _WHOLE.fullmatch(value) else None
        return value if isinstance(value, int) else None

    def pairs(self, name: str) -> Pairs:
        """The pairs of the first attribute of that name; none if it is no list."""
        value = self.get(name)
        return value if isinstance(value, list) else []

    def _entry(self, index: int) -> Tuple[int, int, int, int]:
        """Kind; where the name begins and ends, and where the value ends. Each begins where what is before it ends."""
        at = self._table + index * _ENTRY.size
        name, end = _ENTRY.unpack_from(self._batch, at)
        begin = _ENTRY.unpack_from(self._batch, at - _ENTRY.size)[1] if index else self._name_end
        return name >> 30, self._texts + begin, self._texts + (name & _END), self._texts + end

    def _value(self, index: int) -> Value:
        kind, _, begin, end = self._entry(index)
        if kind == _INTEGER:
            return int(self._text(begin, end))
        if kind != _LIST:
            return self._text(begin, end)
        pairs = []
        for index in range(index + 1, self._count):
            kind, begin, name_end, end = self._entry(index)
            if kind != _PAIR:
                break
            pairs.append((self._text(begin, name_end), self._text(name_end, end)))
        return pairs

    def _text(self, begin: int, end: int) -> str:
        return self._batch[begin:end].decode()


def events(batch: bytes) -> Iterator[Event]:
    """The events of a batch, in their order; the index of an event is the `at` of the rows that it makes."""
    start = 0
    while start < len(batch):
        if start + _HEADER.size > len(batch):
            raise ValueError("an event that is cut short")
        yield Event(batch, start)
        start += _ENTRY.unpack_from(batch, start)[0]
