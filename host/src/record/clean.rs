//! Values made fit for their column, the same for both databases.
//!
//! PostgreSQL refuses NUL in text and text that is too long for its column; SQLite takes both. So the host cleans at
//! one place: NUL becomes U+FFFD, text is cut at the column's length in characters, numbers are brought into range.
//! What was changed is counted, and a cut is flagged in GSYS_EXT_INT1 where nothing else stands there.

use super::{ColumnType, Row, Table, Value};

/// Longest GSYS_EXT_VCH1 and GSYS_EXT_VCH2, characters.
const EXT_CHARS: u32 = 255;

/// Cleans a row; gives how many of its values were changed.
pub fn clean(table: &Table, row: &mut Row) -> u64 {
    let (mut changed, mut cut) = (0, false);
    for (column, value) in table.columns.iter().zip(&mut row.values) {
        match (column.ty, value) {
            (ColumnType::Text(chars), Value::Text(text)) => {
                let long = clean_text(text, chars);
                cut |= long == Some(true);
                changed += u64::from(long.is_some());
            }
            (ColumnType::Int, Value::Integer(number)) => {
                let fit = (*number).clamp(i64::from(i32::MIN), i64::from(i32::MAX));
                changed += u64::from(fit != *number);
                *number = fit;
            }
            _ => {}
        }
    }
    if let Some(ext) = &mut row.ext {
        for text in [&mut ext.vch1, &mut ext.vch2].into_iter().flatten() {
            changed += u64::from(clean_text(text, EXT_CHARS).is_some());
        }
    }
    if cut {
        row.ext.get_or_insert_default().int1.get_or_insert(1);
    }
    changed
}

/// `Some(true)` if the text was cut, `Some(false)` if only characters were replaced.
fn clean_text(text: &mut String, chars: u32) -> Option<bool> {
    let nul = text.contains('\0');
    if nul {
        *text = text.replace('\0', "\u{fffd}");
    }
    let chars = usize::try_from(chars).unwrap_or(usize::MAX);
    let end = if text.len() <= chars { None } else { text.char_indices().nth(chars).map(|(at, _)| at) };
    if let Some(end) = end {
        text.truncate(end);
        return Some(true);
    }
    nul.then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(input: &str, chars: u32, expect: &str, changed: Option<bool>) {
        let mut text = input.to_owned();
        assert_eq!(clean_text(&mut text, chars), changed, "{input:?}");
        assert_eq!(text, expect);
    }

    #[test]
    fn text_fits_its_column() {
        check("plain", 5, "plain", None);
        check("müßig", 5, "müßig", None);
        check("müßig!", 5, "müßig", Some(true));
        check("a\0b", 5, "a\u{fffd}b", Some(false));
        check("", 5, "", None);
    }
}
