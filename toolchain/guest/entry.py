"""Stands between the host and `plugin.py`; the build adds it to every plugin.

What the host does not have is refused with words here; without this, it would end the instance without any.
"""

import io
import random
import sys
import time
from abc import update_abstractmethods

from componentize_py_types import Err
from wit_world.imports import host


_CLOCKS = ("time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "sleep")


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


# The contract's `open` has another name here, for the C library has taken that one: so what the class must have does.
_Plugin.wake = _Plugin.open
update_abstractmethods(_Plugin)
#: The interpreter's glue makes an object for every call; the plugin's state is to outlive a call.
_plugin = _Plugin()


def _told(name: str):
    """An exception becomes a refusal: the host then makes a new instance, and the event a dead letter."""
    call = getattr(_plugin, name)

    def told(_, *given):
        try:
            return call(*given)
        except Err:
            raise
        except Exception as error:
            raise Err(_words(error)) from None

    return told


_open = _told("open")


class WitWorld:
    """The plugin as the host calls it."""

    def describe(self):
        return _plugin.describe()

    def wake(self, lane, config):
        # Not before: while the build runs what stands outside functions, there is no host to hear it, and modules
        # such as `logging` ask for the time when they are imported.
        sys.stdout = sys.stderr = _Log()
        for name in _CLOCKS:
            setattr(time, name, _refuse(f"time.{name}"))
        return _open(self, lane, config)

    snapshot = _told("snapshot")
    restore = _told("restore")


for _name in ("enrich", "map"):
    if hasattr(_plugin, _name):
        setattr(WitWorld, _name, _told(_name))
