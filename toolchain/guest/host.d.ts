/** What a plugin may ask of the host: nothing whose answer could differ when events are replayed. */
declare module "concentrator:mapping/host@0.2.0" {
    /** How important a line of the log is. */
    export type Level = "debug" | "info" | "warn" | "error";
    const host: {
        /** Writes a line to the host's log, under the plugin's name. User data must not be logged above `debug`. */
        log(level: Level, text: string): void;
    };
    export default host;
}

/** Lines of the host's log. */
declare const console: Record<"debug" | "log" | "info" | "warn" | "error", (...parts: unknown[]) => void>;
