// Writes a row of a table of its own for each event SurveyAnswered: which call, what was asked and answered, when.
//
// The host calls the functions exports_mapper_…; target/mapper.h, made from vendor/wit, has their types. What they are
// given is theirs to free, what they give back is freed by the host. Rows of the database's own tables come out the
// same way, but who wants rows of calls and parties writes in Rust: there the SDK's model makes them.
#include "event.h"
#include "mapper.h"
#include <stdlib.h>
#include <string.h>

#define EVENT "SurveyAnswered"
#define TABLE "SURVEY"
#define COLUMNS 4

typedef concentrator_mapping_types_custom_column_t column_t;
typedef concentrator_mapping_types_custom_row_t row_t;
typedef concentrator_mapping_types_rejection_t rejection_t;
typedef concentrator_mapping_types_custom_value_t value_t;

// --- the table ---

static void describe_column(column_t *column, const char *name, uint8_t type, uint32_t length) {
    mapper_string_dup(&column->name, name);
    column->type.tag = type;
    column->type.val.text = length;
    // A row is found again, and replaced, by call and question.
    column->key = type == CONCENTRATOR_MAPPING_TYPES_COLUMN_TYPE_TEXT;
}

static void describe_table(concentrator_mapping_types_custom_table_t *table) {
    mapper_string_dup(&table->name, TABLE);
    mapper_string_dup(&table->text, "answers of callers");
    column_t *columns = calloc(COLUMNS, sizeof(column_t));
    describe_column(&columns[0], "CALLID", CONCENTRATOR_MAPPING_TYPES_COLUMN_TYPE_TEXT, 50);
    describe_column(&columns[1], "QUESTION", CONCENTRATOR_MAPPING_TYPES_COLUMN_TYPE_TEXT, 100);
    describe_column(&columns[2], "ANSWER", CONCENTRATOR_MAPPING_TYPES_COLUMN_TYPE_INTEGER, 0);
    describe_column(&columns[3], "ANSWERED", CONCENTRATOR_MAPPING_TYPES_COLUMN_TYPE_TIME, 0);
    table->columns.ptr = columns;
    table->columns.len = COLUMNS;
}

// --- a row ---

static void set_text(value_t *value, text_t text) {
    value->tag = CONCENTRATOR_MAPPING_TYPES_CUSTOM_VALUE_TEXT;
    value->val.text.ptr = malloc(text.len + 1);
    value->val.text.len = text.len;
    memcpy(value->val.text.ptr, text.ptr, text.len);
}

// An attribute of one to nine digits; what is none stays without a value.
static void set_number(value_t *value, const uint8_t *event, const char *attribute) {
    text_t text;
    value->tag = CONCENTRATOR_MAPPING_TYPES_CUSTOM_VALUE_NONE;
    if (!event_text(event, attribute, &text) || text.len == 0 || text.len > 9) return;
    int64_t number = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9') return;
        number = number * 10 + (text.ptr[i] - '0');
    }
    value->tag = CONCENTRATOR_MAPPING_TYPES_CUSTOM_VALUE_INTEGER;
    value->val.integer = number;
}

// Answers whether the event says what a row needs.
static bool write_row(row_t *row, uint32_t at, const uint8_t *event) {
    text_t call, question;
    if (!event_text(event, "call", &call) || !event_text(event, "question", &question)) return false;
    value_t *values = calloc(COLUMNS, sizeof(value_t));
    set_text(&values[0], call);
    set_text(&values[1], question);
    set_number(&values[2], event, "answer");
    values[3].tag = CONCENTRATOR_MAPPING_TYPES_CUSTOM_VALUE_TIME;
    values[3].val.time = event_time(event);
    row->at = at;
    row->values.ptr = values;
    row->values.len = COLUMNS;
    return true;
}

// --- what the host calls ---

void exports_mapper_describe(mapper_description_t *ret) {
    memset(ret, 0, sizeof *ret);
    mapper_string_dup(&ret->name, "{{name}}");
    mapper_string_dup(&ret->version, "0.1.0");
    ret->state_version = 1;
    ret->events.ptr = malloc(sizeof(mapper_string_t));
    ret->events.len = 1;
    mapper_string_dup(ret->events.ptr, EVENT);
    ret->custom.ptr = calloc(1, sizeof(concentrator_mapping_types_custom_table_t));
    ret->custom.len = 1;
    describe_table(ret->custom.ptr);
}

// There are no options: anything but nothing or {} is one that is unknown.
bool exports_mapper_open(mapper_lane_t *lane, mapper_string_t *config, mapper_string_t *err) {
    bool is_empty = true;
    for (size_t i = 0; i < config->len; i++) {
        uint8_t byte = config->ptr[i];
        is_empty = is_empty && (byte <= ' ' || byte == '{' || byte == '}');
    }
    mapper_lane_free(lane);
    mapper_string_free(config);
    if (!is_empty) mapper_string_dup(err, "plugin_config: there are no options");
    return is_empty;
}

bool exports_mapper_map(mapper_list_u8_t *batch, mapper_output_t *ret, mapper_string_t *err) {
    (void)err;
    memset(ret, 0, sizeof *ret);
    size_t count = 0;
    for (size_t at = 0; at < batch->len; at += event_length(batch->ptr + at)) count++;
    row_t *rows = calloc(count, sizeof(row_t));
    rejection_t *rejections = calloc(count, sizeof(rejection_t));
    uint32_t index = 0, made = 0, rejected = 0;
    for (size_t at = 0; at < batch->len; at += event_length(batch->ptr + at), index++) {
        const uint8_t *event = batch->ptr + at;
        if (event_kind(event) != KIND_SOURCE) continue;
        if (!text_is(event_name(event), EVENT)) {
            ret->unknown++;
        } else if (write_row(&rows[made], index, event)) {
            made++;
        } else {
            rejections[rejected].at = index;
            mapper_string_dup(&rejections[rejected++].reason, "an answer without `call` or `question`");
        }
    }
    mapper_list_u8_free(batch);
    // The host frees lists that hold something.
    if (rejected > 0) {
        ret->rejections.ptr = rejections;
        ret->rejections.len = rejected;
    } else {
        free(rejections);
    }
    if (made > 0) {
        ret->custom.ptr = calloc(1, sizeof(concentrator_mapping_types_custom_rows_t));
        ret->custom.len = 1;
        mapper_string_dup(&ret->custom.ptr->table, TABLE);
        ret->custom.ptr->rows.ptr = rows;
        ret->custom.ptr->rows.len = made;
    } else {
        free(rows);
    }
    return true;
}

// It remembers nothing from event to event, so there is no state.
bool exports_mapper_snapshot(mapper_list_u8_t *ret, mapper_string_t *err) {
    (void)err;
    memset(ret, 0, sizeof *ret);
    return true;
}

bool exports_mapper_restore(uint32_t state_version, mapper_list_u8_t *state, mapper_string_t *err) {
    bool is_empty = state->len == 0;
    (void)state_version;
    mapper_list_u8_free(state);
    if (!is_empty) mapper_string_dup(err, "it keeps no state, and is given one");
    return is_empty;
}
