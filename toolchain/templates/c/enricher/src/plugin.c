// Masks attached data: of the values of the configured keys, the database gets the last four digits only.
//
//     {"keys": ["CreditCard"]}        4111 1111 1111 1234  →  **** **** **** 1234
//
// The host calls the functions exports_enricher_…; target/enricher.h, made from vendor/wit, has their types. What they
// are given is theirs to free, what they give back is freed by the host.
#include "enricher.h"
#include <stdlib.h>
#include <string.h>

#define KEYS_MAX 64
#define KEPT 4

static enricher_string_t keys[KEYS_MAX];
static size_t key_count;

// --- configuration: {"keys": [text, …]}, and no other option ---

typedef struct {
    const char *at, *end;
} reader_t;

static char next(reader_t *json) {
    while (json->at < json->end && (*json->at == ' ' || *json->at == '\n' || *json->at == '\t' || *json->at == '\r')) {
        json->at++;
    }
    return json->at < json->end ? *json->at : 0;
}

static bool take(reader_t *json, char what) {
    if (next(json) != what) return false;
    json->at++;
    return true;
}

// Text between quotes. A backslash stands before a quote or a backslash; other escapes are not understood.
static bool take_text(reader_t *json, enricher_string_t *text) {
    if (!take(json, '"')) return false;
    text->ptr = malloc((size_t)(json->end - json->at) + 1);
    text->len = 0;
    while (json->at < json->end && *json->at != '"') {
        if (*json->at == '\\') {
            json->at++;
            if (json->at == json->end || (*json->at != '"' && *json->at != '\\')) return false;
        }
        text->ptr[text->len++] = (uint8_t)*json->at++;
    }
    return take(json, '"');
}

static bool is(const enricher_string_t *text, const char *word) {
    return text->len == strlen(word) && memcmp(text->ptr, word, text->len) == 0;
}

static const char *take_keys(reader_t *json) {
    if (!take(json, '[')) return "config: `keys` is a list of texts";
    while (!take(json, ']')) {
        if (key_count > 0 && !take(json, ',')) return "config: `keys` is a list of texts";
        if (key_count == KEYS_MAX) return "config: more than 64 keys";
        if (!take_text(json, &keys[key_count])) return "config: `keys` is a list of texts";
        key_count++;
    }
    return NULL;
}

// What is wrong with the configuration, if something is.
static const char *configure(reader_t json) {
    enricher_string_t option;
    key_count = 0;
    if (next(&json) == 0) return NULL;
    if (!take(&json, '{')) return "config: not a JSON object";
    if (!take(&json, '}')) {
        if (!take_text(&json, &option) || !take(&json, ':')) return "config: not a JSON object";
        if (!is(&option, "keys")) return "config: an unknown option; there is only `keys`";
        const char *wrong = take_keys(&json);
        if (wrong != NULL) return wrong;
        if (!take(&json, '}')) return "config: an unknown option; there is only `keys`";
    }
    return next(&json) == 0 ? NULL : "config: something follows the JSON object";
}

// --- rows ---

static void mask(enricher_string_t *value) {
    size_t hidden = 0;
    for (size_t i = 0; i < value->len; i++) hidden += value->ptr[i] >= '0' && value->ptr[i] <= '9';
    hidden = hidden > KEPT ? hidden - KEPT : 0;
    for (size_t i = 0; hidden > 0; i++) {
        if (value->ptr[i] < '0' || value->ptr[i] > '9') continue;
        value->ptr[i] = '*';
        hidden--;
    }
}

static bool is_masked(const enricher_string_t *key) {
    for (size_t i = 0; i < key_count; i++) {
        if (keys[i].len == key->len && memcmp(keys[i].ptr, key->ptr, key->len) == 0) return true;
    }
    return false;
}

// --- what the host calls ---

void exports_enricher_describe(enricher_enricher_description_t *ret) {
    memset(ret, 0, sizeof *ret);
    enricher_string_dup(&ret->name, "{{name}}");
    enricher_string_dup(&ret->version, "0.1.0");
    ret->state_version = 1;
    ret->sees.ptr = malloc(sizeof(enricher_string_t));
    ret->sees.len = 1;
    enricher_string_dup(ret->sees.ptr, "G_USERDATA_HISTORY");
    // No further events than those that made such rows: no source names an event so.
    ret->events.ptr = malloc(sizeof(enricher_string_t));
    ret->events.len = 1;
    enricher_string_dup(ret->events.ptr, "-");
}

bool exports_enricher_open(enricher_lane_t *lane, enricher_string_t *config, enricher_string_t *err) {
    const char *text = (const char *)config->ptr;
    const char *wrong = configure((reader_t){text, text + config->len});
    enricher_lane_free(lane);
    enricher_string_free(config);
    if (wrong != NULL) enricher_string_dup(err, wrong);
    return wrong == NULL;
}

bool exports_enricher_enrich(enricher_list_u8_t *batch, enricher_list_table_rows_t *tables,
                             enricher_enriched_t *ret, enricher_string_t *err) {
    (void)err;
    for (size_t i = 0; i < tables->len; i++) {
        if (tables->ptr[i].tag != CONCENTRATOR_MAPPING_ROWS_TABLE_ROWS_G_USERDATA_HISTORY) continue;
        concentrator_mapping_rows_list_g_userdata_history_t *rows = &tables->ptr[i].val.g_userdata_history;
        for (size_t row = 0; row < rows->len; row++) {
            if (rows->ptr[row].value.is_some && is_masked(&rows->ptr[row].keyname)) mask(&rows->ptr[row].value.val);
        }
    }
    enricher_list_u8_free(batch);
    memset(ret, 0, sizeof *ret);
    ret->tables.ptr = tables->ptr;
    ret->tables.len = tables->len;
    return true;
}

// It remembers nothing from event to event, so there is no state.
bool exports_enricher_snapshot(enricher_list_u8_t *ret, enricher_string_t *err) {
    (void)err;
    memset(ret, 0, sizeof *ret);
    return true;
}

bool exports_enricher_restore(uint32_t state_version, enricher_list_u8_t *state, enricher_string_t *err) {
    bool is_empty = state->len == 0;
    (void)state_version;
    enricher_list_u8_free(state);
    if (!is_empty) enricher_string_dup(err, "it keeps no state, and is given one");
    return is_empty;
}
