"""{{name}}: writes a row of a table of its own for each answer to a survey."""

import json
import re

import wit_world
from componentize_py_types import Err
from event import Kind, events
from wit_world.imports.types import (
    ColumnType_Integer,
    ColumnType_Text,
    ColumnType_Time,
    CustomColumn,
    CustomRow,
    CustomRows,
    CustomTable,
    CustomValue,
    CustomValue_Integer,
    CustomValue_None_,
    CustomValue_Text,
    CustomValue_Time,
    Description,
    Lane,
    Output,
    Rejection,
)

#: The event that makes a row.
EVENT = "SurveyAnswered"

TABLE = CustomTable(
    name="SURVEY",
    text="answers of callers",
    columns=[
        CustomColumn("CALLID", ColumnType_Text(50), key=True),
        CustomColumn("QUESTION", ColumnType_Text(100), key=True),
        CustomColumn("ANSWER", ColumnType_Integer(), key=False),
        CustomColumn("ANSWERED", ColumnType_Time(), key=False),
    ],
)


def number(text: str | None) -> CustomValue:
    """A text of one to nine digits as a number; what is none stays without a value."""
    return CustomValue_Integer(int(text)) if re.fullmatch("[0-9]{1,9}", text or "") else CustomValue_None_()


class WitWorld(wit_world.WitWorld):
    """The plugin: one instance serves one lane."""

    def describe(self) -> Description:
        return Description(
            name="{{name}}",
            version="0.1.0",
            state_version=0,
            tables=[],
            events=[EVENT],
            custom=[TABLE],
        )

    def open(self, lane: Lane, config: str) -> None:
        if json.loads(config or "{}"):
            raise Err("there are no options")

    def map(self, batch: bytes) -> Output:
        rows, rejections = [], []
        for at, event in enumerate(events(batch)):
            if event.kind != Kind.SOURCE or event.name != EVENT:
                continue
            call, question = event.text("call"), event.text("question")
            if call is None or question is None:
                rejections.append(Rejection(at, "an answer without `call` or `question`"))
                continue
            answer = number(event.text("answer"))
            values = [CustomValue_Text(call), CustomValue_Text(question), answer, CustomValue_Time(event.time)]
            rows.append(CustomRow(at, values))
        return Output(tables=[], custom=[CustomRows(TABLE.name, rows)], rejections=rejections, unknown=0, due=None)

    def snapshot(self) -> bytes:
        return b""

    def restore(self, state_version: int, state: bytes) -> None:
        pass
