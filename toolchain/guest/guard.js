/**
 * Runs before anything of the plugin. What the host does not have is refused with words here; without this, it would
 * end the instance without any.
 */
import host from "concentrator:mapping/host@0.2.0";

function refuse(what) {
    return () => {
        throw new Error(`${what} does not exist in a plugin: rows must follow from the events alone`);
    };
}

function line(level) {
    return (...parts) => host.log(level, parts.map(String).join(" "));
}

// User data must not be logged above `debug`.
globalThis.console = {
    debug: line("debug"),
    log: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
};

const now = refuse("the clock");
const Calendar = globalThis.Date;
globalThis.Date = class Date extends Calendar {
    constructor(...parts) {
        if (parts.length === 0) now();
        super(...parts);
    }
    static now = now;
};
globalThis.performance = { now };
Math.random = refuse("Math.random");
