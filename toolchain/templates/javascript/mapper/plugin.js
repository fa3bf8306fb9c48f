// {{name}}: writes a row of a table of its own for each answer to a survey.

import { events } from "./vendor/event.js";

/** The event that makes a row. */
const EVENT = "SurveyAnswered";

const TABLE = {
    name: "SURVEY",
    text: "answers of callers",
    columns: [
        { name: "CALLID", type: { tag: "text", val: 50 }, key: true },
        { name: "QUESTION", type: { tag: "text", val: 100 }, key: true },
        { name: "ANSWER", type: { tag: "integer" }, key: false },
        { name: "ANSWERED", type: { tag: "time" }, key: false },
    ],
};

/** A text of one to nine digits as a number; what is none stays without a value. */
function number(text) {
    return /^[0-9]{1,9}$/.test(text ?? "") ? { tag: "integer", val: Number(text) } : { tag: "none" };
}

export function describe() {
    return {
        name: "{{name}}",
        version: "0.1.0",
        stateVersion: 0,
        tables: [],
        events: [EVENT],
        custom: [TABLE],
    };
}

export function open(lane, config) {
    if (Object.keys(JSON.parse(config || "{}")).length > 0) throw "there are no options";
}

export function map(batch) {
    const rows = [];
    const rejections = [];
    for (const [at, event] of events(batch)) {
        if (event.kind !== "source" || event.name !== EVENT) continue;
        const [call, question] = [event.text("call"), event.text("question")];
        if (call === null || question === null) {
            rejections.push({ at, reason: "an answer without `call` or `question`" });
            continue;
        }
        const values = [
            { tag: "text", val: call },
            { tag: "text", val: question },
            number(event.text("answer")),
            { tag: "time", val: event.time },
        ];
        rows.push({ at, values });
    }
    return { tables: [], custom: [{ table: TABLE.name, rows }], rejections, unknown: 0, due: null };
}

export function snapshot() {
    return new Uint8Array();
}

export function restore(stateVersion, state) {}
