// {{name}}: writes a row of a table of its own for each answer to a survey.

import { events } from "./vendor/event.js";
import type { CustomRow, CustomTable, CustomValue, Description, Lane, Output, Rejection } from "./vendor/mapping.js";

/** The event that makes a row. */
const EVENT = "SurveyAnswered";

const TABLE: CustomTable = {
    name: "SURVEYS",
    text: "answers of callers",
    columns: [
        { name: "CALLID", type: { tag: "text", val: 50 }, key: true },
        { name: "QUESTION", type: { tag: "text", val: 100 }, key: true },
        { name: "ANSWER", type: { tag: "text", val: 1000 }, key: false },
        { name: "ANSWERED", type: { tag: "time" }, key: false },
    ],
};

/** The value of a column for a text that may be missing. */
function text(value: string | null): CustomValue {
    return value === null ? { tag: "none" } : { tag: "text", val: value };
}

export function describe(): Description {
    return {
        name: "{{name}}",
        version: "0.1.0",
        stateVersion: 0,
        tables: [],
        events: [EVENT],
        custom: [TABLE],
    };
}

export function open(lane: Lane, config: string): void {
    if (Object.keys(JSON.parse(config || "{}")).length > 0) throw "there are no options";
}

export function map(batch: Uint8Array): Output {
    const rows: CustomRow[] = [];
    const rejections: Rejection[] = [];
    for (const [at, event] of events(batch)) {
        if (event.kind !== "source" || event.name !== EVENT) continue;
        const [call, question] = [event.text("call"), event.text("question")];
        if (call === null || question === null) {
            rejections.push({ at, reason: "an answer without `call` or `question`" });
            continue;
        }
        const answer = text(event.text("answer"));
        const values: CustomValue[] = [text(call), text(question), answer, { tag: "time", val: event.time }];
        rows.push({ at, values });
    }
    return { tables: [], custom: [{ table: TABLE.name, rows }], rejections, unknown: 0, due: null };
}

export function snapshot(): Uint8Array {
    return new Uint8Array();
}

export function restore(stateVersion: number, state: Uint8Array): void {}
