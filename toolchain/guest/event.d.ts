/** Reads events in their flat form: see `event.js`. */

/** What an entry of a lane's queue is. */
export type Kind =
    | "source"
    | "session-opened"
    | "session-closed"
    | "session-no-data"
    | "link-down"
    | "link-up"
    | "directory"
    | "tick";

/** What an entry of a lane's queue can be, by the number in the flat form. */
export const KINDS: readonly Kind[];

/** (key, text) pairs of a list, in their order; a key can occur more than once. */
export type Pairs = [key: string, text: string][];

/** A value of an attribute; a whole number beyond ±2^53 is a BigInt. */
export type Value = string | number | bigint | Pairs;

/** An event of a batch. It is read where it stands: nothing is decoded that is not asked for. */
export class Event {
    private constructor();
    /** What the entry is. */
    readonly kind: Kind;
    /** Position in the lane's queue. */
    readonly seq: number;
    /** The source's time, µs since 1970 UTC, if it gave one. */
    readonly sourceTime: number | null;
    /** When the concentrator received it, µs since 1970 UTC. */
    readonly received: number;
    /** The time that rows carry, µs since 1970 UTC: the source's, or that of receipt where it gives none. */
    readonly time: number;
    /** The source's own sequence number, if it numbers its events. */
    readonly sequence: bigint | null;
    /** Name of the event. */
    readonly name: string;
    /** Name and value of each attribute, in their order. */
    attributes(): Generator<[name: string, value: Value]>;
    /** The value of the first attribute of that name. */
    get(name: string): Value | null;
    /** The text of the first attribute of that name, if it is a text. */
    text(name: string): string | null;
    /** The number of the first attribute of that name, also if it is written as text. */
    integer(name: string): number | bigint | null;
    /** The pairs of the first attribute of that name; none if it is no list. */
    pairs(name: string): Pairs;
}

/** Index and event of each event of a batch; the index is the `at` of the rows that the event makes. */
export function events(batch: Uint8Array): Generator<[at: number, event: Event]>;
