/** Stands between the host and the plugin; the build adds it to every plugin. */
import "./guard.js";
import * as plugin from "plugin";

/** Tables with a column of 64 bits that are no time: plain numbers would change it. */
const INEXACT = ["G_CALL", "G_CALL_ACTIVE"];

/** What went wrong and where, as the reason that the host is given: it takes texts only. */
function words(error) {
    if (!(error instanceof Error)) return String(error);
    const place = /^\s*at (.*)$/m.exec(error.stack ?? "");
    return `${error.name}: ${error.message}${place ? ` (at ${place[1]})` : ""}`;
}

function told(call) {
    return (...given) => {
        try {
            return call(...given);
        } catch (error) {
            throw words(error);
        }
    };
}

/** What the host would cut, round or end the instance for. */
function problem(value) {
    if (typeof value === "number" && !Number.isSafeInteger(value)) return `${value} is no whole number below 2^53`;
    if (typeof value === "bigint") return `${value}n is a BigInt; numbers are given as plain numbers`;
    if (typeof value === "string" && !value.isWellFormed()) return "the text has half a character";
    if (typeof value === "function" || typeof value === "symbol") return `a ${typeof value} is no value`;
    return null;
}

function check(value, place) {
    if (typeof value === "object" && value !== null) {
        for (const key in value) check(value[key], `${place}.${key}`);
        return;
    }
    const found = problem(value);
    if (found !== null) throw new Error(`${place}: ${found}`);
}

function checked(output) {
    for (const table of output.tables) check(table.val, table.tag);
    for (const table of output.custom) check(table.rows, table.table);
    return output;
}

export const describe = () => plugin.describe();
export const open = told((lane, config) => {
    const inexact = (plugin.describe().sees ?? []).filter((table) => INEXACT.includes(table));
    if (inexact.length > 0) {
        throw `a plugin in JavaScript cannot see ${inexact.join(", ")}: CONNIDNUM has 64 bits, numbers have 53`;
    }
    plugin.open(lane, config);
});
export const snapshot = told(() => plugin.snapshot());
export const restore = told((version, state) => plugin.restore(version, state));
