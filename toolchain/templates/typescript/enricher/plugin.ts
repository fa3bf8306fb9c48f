// {{name}}: hides the digits of attached data under configured keys, all but the last four.
//
// Configuration: {"keys": ["CreditCard"]}

import type { Enriched, EnricherDescription, Lane } from "./vendor/mapping.js";
import type { TableRows } from "./vendor/rows.js";

/** Digits that stay readable. */
const SHOWN = 4;

let keys: string[] = [];

/** Replaces the digits of a value by `*`, all but the last few. */
export function mask(value: string): string {
    let hidden = value.replace(/[^0-9]/g, "").length - SHOWN;
    return value.replace(/[0-9]/g, (digit) => (hidden-- > 0 ? "*" : digit));
}

export function describe(): EnricherDescription {
    return {
        name: "{{name}}",
        version: "0.1.0",
        stateVersion: 0,
        sees: ["G_USERDATA_HISTORY"],
        adds: [],
        // No such event: none is wanted but those that made rows which it sees.
        events: ["-"],
        custom: [],
    };
}

export function open(lane: Lane, config: string): void {
    const { keys: wanted = [], ...unknown } = JSON.parse(config || "{}");
    if (Object.keys(unknown).length > 0) {
        throw `unknown options: ${Object.keys(unknown).sort().join(", ")}; there is \`keys\``;
    }
    if (!Array.isArray(wanted) || !wanted.every((key) => typeof key === "string")) {
        throw "`keys` must be a list of texts";
    }
    keys = wanted;
}

export function enrich(batch: Uint8Array, tables: TableRows[]): Enriched {
    for (const table of tables) {
        if (table.tag !== "g-userdata-history") continue;
        for (const row of table.val) {
            if (keys.includes(row.keyname) && typeof row.value === "string") row.value = mask(row.value);
        }
    }
    return { tables, custom: [] };
}

export function snapshot(): Uint8Array {
    return new Uint8Array();
}

export function restore(stateVersion: number, state: Uint8Array): void {}
