"""Stands between the host and `plugin.py`; the build adds it to every plugin.

What the host does not have is refused with words here; without this, it would end the instance without any.
"""

import io
import random
import sys
import time

from componentize_py_types import Err
from wit_world.imports import host


class _Log(io.TextIOBase):
    """What is printed becomes lines of the host's log, at `debug`: it can hold user data."""

    def __init__(self) -> None:
        self._line = ""

    def write(self, text: str) -> int:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            host.log(host.Level.DEBUG, line)
        return len(text)


def _refuse(what: str):
    def refused(*_, **__):
        raise RuntimeError(f"{what} does not exist in a plugin: rows must follow from the events alone")

    return refused


sys.stdout = sys.stderr = _Log()
for _name in ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep"):
    setattr(time, _name, _refuse(f"time.{_name}"))
for _name in random.__all__:
    # A generator that is seeded by the plugin, `random.Random(seed)`, gives the same each time.
    if _name not in ("Random", "SystemRandom"):
        setattr(random, _name, _refuse(f"random.{_name}"))

from plugin import WitWorld as _Plugin  # noqa: E402


def _words(error: Exception) -> str:
    """What went wrong and where: the last line of `plugin.py`, or of what it called."""
    place = trace = error.__traceback__
    while trace is not None:
        if not trace.tb_frame.f_code.co_filename.endswith("entry.py"):
            place = trace
        trace = trace.tb_next
    if place is None:
        return f"{type(error).__name__}: {error}"
    file = place.tb_frame.f_code.co_filename.rsplit("/", 1)[-1]
    return f"{type(error).__name__}: {error} ({file}, line {place.tb_lineno})"


def _told(call):
    """An exception becomes a refusal: the host then makes a new instance, and the event a dead letter."""

    def told(*arguments):
        try:
            return call(*arguments)
        except Err:
            raise
        except Exception as error:
            raise Err(_words(error)) from None

    return told


class WitWorld(_Plugin):
    """The plugin as the host calls it. `wake` is the contract's `open`, whose name the C library has taken."""

    def __init__(self) -> None:
        super().__init__()
        for name in ("enrich", "map", "snapshot", "restore"):
            if hasattr(self, name):
                setattr(self, name, _told(getattr(self, name)))
        self.wake = _told(self.open)
