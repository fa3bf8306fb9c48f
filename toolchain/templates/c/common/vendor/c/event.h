// Reads flat events in place: what `map` and `enrich` get as `batch`. Version 1 of the format, little endian:
//
//    0  u32 length of the event     8  u64 seq      32  u64 source sequence
//    4  u8  version = 1            16  i64 time     40  u32 end of the name in `bytes`
//    5  u8  kind                   24  i64 received 44  u32 length of `bytes`
//    6  u16 number of attributes   48  attributes × { u32 end of name | kind << 30, u32 end of value }, then bytes
//
// Times are µs since 1970 UTC. The host has checked all offsets.
#ifndef EVENT_H
#define EVENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

// What an entry of a lane's queue is.
enum { KIND_SOURCE, KIND_SESSION_OPENED, KIND_SESSION_CLOSED, KIND_SESSION_NO_DATA, KIND_LINK_DOWN, KIND_LINK_UP,
       KIND_DIRECTORY, KIND_TICK };

// Text that is not ended by a zero.
typedef struct {
    const char *ptr;
    size_t len;
} text_t;

static inline bool text_is(text_t text, const char *word) {
    return text.len == strlen(word) && memcmp(text.ptr, word, text.len) == 0;
}

static inline uint32_t event_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline int64_t event_i64(const uint8_t *at) {
    int64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static inline uint32_t event_length(const uint8_t *event) { return event_u32(event); }
static inline uint8_t event_kind(const uint8_t *event) { return event[5]; }
static inline uint32_t event_attributes(const uint8_t *event) { return event[6] | (uint32_t)event[7] << 8; }
static inline int64_t event_received(const uint8_t *event) { return event_i64(event + 24); }

// The source's time; the time of receipt where the source gives none.
static inline int64_t event_time(const uint8_t *event) {
    int64_t time = event_i64(event + 16);
    return time == INT64_MIN ? event_received(event) : time;
}

static inline text_t event_name(const uint8_t *event) {
    const uint8_t *bytes = event + 48 + 8 * event_attributes(event);
    return (text_t){(const char *)bytes, event_u32(event + 40)};
}

// The attribute of that name: text, or an integer in decimal. Answers whether there is one.
static inline bool event_text(const uint8_t *event, const char *name, text_t *found) {
    const uint8_t *table = event + 48, *bytes = table + 8 * event_attributes(event);
    uint32_t begin = event_u32(event + 40);
    for (uint32_t i = 0; i < event_attributes(event); i++) {
        uint32_t head = event_u32(table + 8 * i), end = event_u32(table + 8 * i + 4);
        uint32_t name_end = head & 0x3fffffff, kind = head >> 30;
        text_t this_name = {(const char *)bytes + begin, name_end - begin};
        if (kind < 2 && text_is(this_name, name)) {
            *found = (text_t){(const char *)bytes + name_end, end - name_end};
            return true;
        }
        begin = end;
    }
    return false;
}

#endif
