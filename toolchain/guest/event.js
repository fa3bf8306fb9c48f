/**
 * Reads events in their flat form, in place and only as far as asked.
 *
 * The host gives a batch as bytes: flat events, one after another, little endian.
 *
 *     0  u32  length of the whole event in bytes, a multiple of 8
 *     4  u8   version = 1
 *     5  u8   kind, see KINDS
 *     6  u16  number of attributes
 *     8  u64  seq: position in the lane's queue
 *    16  i64  time, µs since 1970 UTC; the smallest i64 if the source gives none
 *    24  i64  received, µs since 1970 UTC
 *    32  u64  source sequence; the largest u64 if the source gives none
 *    40  u32  end of the event's name in `bytes`; the name begins at 0
 *    44  u32  length of `bytes`
 *    48  attributes: { u32 end of name | kind << 30, u32 end of value }
 *        bytes: names and values, one after another, UTF-8
 *
 * The host has checked the bytes; what is no batch at all throws an Error.
 *
 *     for (const [at, event] of events(batch)) {
 *         if (event.name === "EventUserEvent") use(at, event.time, event.text("CallUUID"), event.pairs("UserData"));
 *     }
 */

const HEADER_BYTES = 48;
const ENTRY_BYTES = 8;
const VERSION = 1;
const END = 2 ** 30 - 1;
const [INTEGER, LIST, PAIR] = [1, 2, 3];
const NO_TIME = -(2n ** 63n);
const NO_SEQUENCE = 2n ** 64n - 1n;
/** Arguments that one call of a function may have. */
const ARGUMENTS = 8192;

/** What an entry of a lane's queue can be, by the number in the flat form. */
export const KINDS = [
    "source",
    "session-opened",
    "session-closed",
    "session-no-data",
    "link-down",
    "link-up",
    "directory",
    "tick",
];

/** UTF-8 to text: plain JavaScript has no TextDecoder. */
function decode(bytes, begin, end) {
    let text = "";
    let isPlain = true;
    for (let at = begin; at < end; at += ARGUMENTS) {
        text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(at + ARGUMENTS, end)));
    }
    for (let at = begin; isPlain && at < end; at += 1) isPlain = bytes[at] < 0x80;
    return isPlain ? text : decodeURIComponent(escape(text));
}

/** Whether the bytes are that text. */
function is(bytes, begin, end, text) {
    if (end - begin < text.length) return false;
    for (let at = 0; at < text.length; at += 1) {
        const code = text.charCodeAt(at);
        if (code >= 0x80) return decode(bytes, begin, end) === text;
        if (bytes[begin + at] !== code) return false;
    }
    return end - begin === text.length;
}

/** A whole number: exact, so one beyond ±2^53 is a BigInt. */
function whole(text) {
    const number = Number(text);
    return Number.isSafeInteger(number) ? number : BigInt(text);
}

/** An event of a batch. It is read where it stands: nothing is decoded that is not asked for. */
export class Event {
    #bytes;
    #view;
    #start;
    #table;
    #texts;
    #count;

    constructor(batch, view, start) {
        if (start + HEADER_BYTES > batch.length) throw new Error("an event that is cut short");
        if (batch[start + 4] !== VERSION) throw new Error(`unknown version ${batch[start + 4]} of the flat form`);
        this.#bytes = batch;
        this.#view = view;
        this.#start = start;
        this.#count = view.getUint16(start + 6, true);
        this.#table = start + HEADER_BYTES;
        this.#texts = this.#table + this.#count * ENTRY_BYTES;
        const end = start + view.getUint32(start, true);
        if (this.#texts + view.getUint32(start + 44, true) > end || end > batch.length) {
            throw new Error("an event that is cut short");
        }
    }

    get kind() {
        return KINDS[this.#bytes[this.#start + 5]];
    }

    get seq() {
        return Number(this.#view.getBigUint64(this.#start + 8, true));
    }

    get sourceTime() {
        const time = this.#view.getBigInt64(this.#start + 16, true);
        return time === NO_TIME ? null : Number(time);
    }

    get received() {
        return Number(this.#view.getBigInt64(this.#start + 24, true));
    }

    get time() {
        return this.sourceTime ?? this.received;
    }

    get sequence() {
        const sequence = this.#view.getBigUint64(this.#start + 32, true);
        return sequence === NO_SEQUENCE ? null : sequence;
    }

    get name() {
        return decode(this.#bytes, this.#texts, this.#texts + this.#view.getUint32(this.#start + 40, true));
    }

    *attributes() {
        for (let index = 0; index < this.#count; index += 1) {
            if (this.#kind(index) !== PAIR) yield [this.#name(index), this.#value(index)];
        }
    }

    get(name) {
        for (let index = 0; index < this.#count; index += 1) {
            const isPair = this.#kind(index) === PAIR;
            if (!isPair && is(this.#bytes, this.#begin(index), this.#nameEnd(index), name)) return this.#value(index);
        }
        return null;
    }

    text(name) {
        const value = this.get(name);
        return typeof value === "string" ? value : null;
    }

    integer(name) {
        const value = this.get(name);
        if (typeof value === "string") return /^\s*[+-]?\d+\s*$/.test(value) ? whole(value.trim().replace("+", "")) : null;
        return Array.isArray(value) ? null : value;
    }

    pairs(name) {
        const value = this.get(name);
        return Array.isArray(value) ? value : [];
    }

    #kind(index) {
        return this.#view.getUint32(this.#table + index * ENTRY_BYTES, true) >>> 30;
    }

    /** Where the name of an attribute begins: where what stands before it ends. */
    #begin(index) {
        const before = index === 0 ? this.#start + 40 : this.#table + index * ENTRY_BYTES - 4;
        return this.#texts + this.#view.getUint32(before, true);
    }

    #nameEnd(index) {
        return this.#texts + (this.#view.getUint32(this.#table + index * ENTRY_BYTES, true) & END);
    }

    #name(index) {
        return decode(this.#bytes, this.#begin(index), this.#nameEnd(index));
    }

    #text(index) {
        return decode(this.#bytes, this.#nameEnd(index), this.#begin(index + 1));
    }

    #value(index) {
        const kind = this.#kind(index);
        if (kind === INTEGER) return whole(this.#text(index));
        if (kind !== LIST) return this.#text(index);
        const pairs = [];
        for (let pair = index + 1; pair < this.#count && this.#kind(pair) === PAIR; pair += 1) {
            pairs.push([this.#name(pair), this.#text(pair)]);
        }
        return pairs;
    }
}

/** Index and event of each event of a batch; the index is the `at` of the rows that the event makes. */
export function* events(batch) {
    const view = new DataView(batch.buffer, batch.byteOffset, batch.byteLength);
    for (let at = 0, start = 0; start < batch.length; at += 1) {
        yield [at, new Event(batch, view, start)];
        start += view.getUint32(start, true);
    }
}
