//! Events as lines of JSON: what case folders hold and `queue show --json` prints.
//!
//! ```json
//! {"seq":7,"kind":"source","name":"Newchannel","time":1795346819102385,"received":1795346819102733,
//!  "sequence":2396,"attributes":[["Channel","PJSIP/1001-00000001"],["Count",3],["ChanVariable",[["key","value"]]]]}
//! ```
//! Times are µs since 1970 UTC; `seq`, `time` and `sequence` are absent where there is none.

use crate::{Builder, Kind, Value, View};
use serde_json::{Map, Value as Json, json};

const KINDS: [(Kind, &str); 9] = [
    (Kind::Source, "source"),
    (Kind::SessionOpened, "session-opened"),
    (Kind::SessionClosed, "session-closed"),
    (Kind::SessionNoData, "session-no-data"),
    (Kind::LinkDown, "link-down"),
    (Kind::LinkUp, "link-up"),
    (Kind::Directory, "directory"),
    (Kind::Tick, "tick"),
    (Kind::Bookmark, "bookmark"),
];

/// Name of a kind, as JSON and messages show it.
#[must_use]
pub fn kind_name(kind: Kind) -> &'static str {
    KINDS.iter().find(|(known, _)| *known == kind).map_or("source", |(_, name)| name)
}

/// An event as a JSON object.
#[must_use]
pub fn to_json(view: &View<'_>) -> Json {
    let mut object = Map::new();
    if view.seq() != 0 {
        object.insert("seq".into(), json!(view.seq()));
    }
    object.insert("kind".into(), json!(kind_name(view.kind())));
    object.insert("name".into(), json!(view.name()));
    if let Some(time) = view.source_time() {
        object.insert("time".into(), json!(time));
    }
    object.insert("received".into(), json!(view.received()));
    if let Some(sequence) = view.sequence() {
        object.insert("sequence".into(), json!(sequence));
    }
    let attributes = view.attributes().map(|(name, value)| json!([name, value_to_json(value)]));
    object.insert("attributes".into(), Json::Array(attributes.collect()));
    Json::Object(object)
}

fn value_to_json(value: Value<'_>) -> Json {
    match value {
        Value::Text(text) => json!(text),
        Value::Integer(number) => json!(number),
        Value::List(pairs) => Json::Array(pairs.map(|(key, text)| json!([key, text])).collect()),
    }
}

/// An event from a line of JSON.
///
/// # Errors
/// What is wrong with the line, for a person.
pub fn from_json(line: &str) -> Result<Builder, String> {
    let json: Json = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let kind = json.get("kind").and_then(Json::as_str).unwrap_or("source");
    let kind = KINDS.iter().find(|(_, name)| *name == kind).ok_or_else(|| format!("unknown kind `{kind}`"))?.0;
    let name = json.get("name").and_then(Json::as_str).ok_or("no `name`")?;
    let time = json.get("time").and_then(Json::as_i64);
    let received = json.get("received").and_then(Json::as_i64).or(time).ok_or("neither `received` nor `time`")?;
    let mut builder = Builder::new(kind, name, received);
    if let Some(time) = time {
        builder.time(time);
    }
    if let Some(sequence) = json.get("sequence").and_then(Json::as_u64) {
        builder.sequence(sequence);
    }
    for attribute in json.get("attributes").and_then(Json::as_array).into_iter().flatten() {
        put(&mut builder, attribute).ok_or_else(|| format!("not an attribute: {attribute}"))?;
    }
    Ok(builder)
}

fn put(builder: &mut Builder, attribute: &Json) -> Option<()> {
    let name = attribute.get(0)?.as_str()?;
    match attribute.get(1)? {
        Json::String(text) => builder.text(name, text),
        Json::Number(number) => builder.integer(name, number.as_i64()?),
        Json::Array(pairs) => {
            let pairs: Option<Vec<_>> =
                pairs.iter().map(|pair| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?))).collect();
            builder.list(name, pairs?)
        }
        _ => return None,
    };
    Some(())
}
