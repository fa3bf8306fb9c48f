/**
 * The interface `types` of `wit/mapping.wit`, as JavaScript has it: see there for what each means.
 *
 * Numbers are whole and below 2^53; an optional field that is missing, `null` or `undefined` is none.
 */

import type { TableRows } from "./rows.js";

/** Type of a column of a table of one's own. */
export type ColumnType = { tag: "text"; val: number } | { tag: "integer" } | { tag: "time" };

/** A column of a table of one's own. */
export interface CustomColumn {
    /** 1 to 30 letters, digits and `_`, beginning with a letter. */
    name: string;
    type: ColumnType;
    /** It belongs to the key by which a row is found again and replaced; its values are never `none`. */
    key: boolean;
}

/** A table of one's own; its name in the database is `X_<plugin>_<name>`. */
export interface CustomTable {
    name: string;
    /** What a row tells, for a person. */
    text: string;
    /** At most 100. Without a key among them, rows are only added. */
    columns: CustomColumn[];
}

/** A value of such a column; times are µs since 1970 UTC. */
export type CustomValue =
    | { tag: "none" }
    | { tag: "text"; val: string }
    | { tag: "integer"; val: number }
    | { tag: "time"; val: number };

/** A row of such a table. */
export interface CustomRow {
    /** Index of the event in the batch. */
    at: number;
    /** One for each column, in the order of the declaration. */
    values: CustomValue[];
}

/** Rows of one such table, in the order of the events. */
export interface CustomRows {
    table: string;
    rows: CustomRow[];
}

/** Who a mapper is and what it wants. */
export interface Description {
    name: string;
    version: string;
    /** Version of the state that `snapshot` gives. */
    stateVersion: number;
    /** Tables that it writes. */
    tables: string[];
    /** Names of the source events that it wants to see; none named: all. */
    events: string[];
    custom: CustomTable[];
}

/** Who an enricher is and what it wants. */
export interface EnricherDescription {
    name: string;
    version: string;
    /** Version of the state that `snapshot` gives. */
    stateVersion: number;
    /** Tables whose rows it is given, and gives back as they are to be. */
    sees: string[];
    /** Further tables of which it may add rows. */
    adds: string[];
    /** Names of the source events that it wants to see beside those that made rows which it sees; none named: all. */
    events: string[];
    custom: CustomTable[];
}

/** The lane that the plugin serves. */
export interface Lane {
    name: string;
    dbid: number;
    switchDbid: number;
    tenantDbid: number;
}

/** An event that the mapper cannot map: it becomes a dead letter, its rows are not written. */
export interface Rejection {
    /** Index of the event in the batch. */
    at: number;
    /** Why, for a person. */
    reason: string;
}

/** What a batch of events gave. */
export interface Output {
    tables: TableRows[];
    custom: CustomRows[];
    rejections: Rejection[];
    /** Source events that the plugin does not know and passed over. */
    unknown: number;
    /** Earliest moment (µs since 1970 UTC) at which something falls due without a further event. */
    due?: number | null;
}

/** What an enricher made of a batch. */
export interface Enriched {
    /** Rows that it was given, as they are to be, and rows that it adds; what is not given back is not written. */
    tables: TableRows[];
    custom: CustomRows[];
}
