//! What is changed in a component after it was made.

use crate::Error;
use std::fs;
use std::ops::Range;
use std::path::Path;

/// Bytes before the first section: magic number, version, layer.
const PREAMBLE: usize = 8;
/// Number of the sections that tell what a component exports.
const EXPORTS: u8 = 11;

/// Renames an export of the outermost component in `file`; both names are of the same length.
///
/// # Errors
/// [`Error::Failed`] if there is not exactly one such export; [`Error::File`].
pub(crate) fn rename_export(file: &Path, from: &str, to: &str) -> Result<(), Error> {
    let mut bytes = fs::read(file).map_err(Error::file("read", file))?;
    let name = place(&bytes, from).ok_or_else(|| Error::Failed {
        what: format!("name the export `{to}`"),
        outcome: format!("{} does not have exactly one export `{from}`", file.display()),
    })?;
    if let (Some(name), true) = (bytes.get_mut(name), from.len() == to.len()) {
        name.copy_from_slice(to.as_bytes());
    }
    fs::write(file, bytes).map_err(Error::file("write", file))
}

/// Where the name of the one export `name` stands.
fn place(bytes: &[u8], name: &str) -> Option<Range<usize>> {
    // A kind of name (0), its length, the name.
    let wanted = [&[0, u8::try_from(name.len()).ok()?], name.as_bytes()].concat();
    let mut found = None;
    for section in sections(bytes)? {
        let content = bytes.get(section.clone())?;
        for at in content.windows(wanted.len()).enumerate().filter(|(_, bytes)| *bytes == wanted).map(|(at, _)| at) {
            if found.is_some() {
                return None;
            }
            let begin = section.start + at + 2;
            found = Some(begin..begin + name.len());
        }
    }
    found
}

/// The contents of the outermost export sections.
fn sections(bytes: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut found = Vec::new();
    let mut at = PREAMBLE;
    while let Some(&id) = bytes.get(at) {
        let (length, begin) = number(bytes, at + 1)?;
        let end = begin.checked_add(length)?;
        if id == EXPORTS {
            found.push(begin..end);
        }
        at = end;
    }
    Some(found)
}

/// A number of seven bits a byte at `at`, and where it ends.
fn number(bytes: &[u8], at: usize) -> Option<(usize, usize)> {
    let mut value = 0_usize;
    for (index, &byte) in bytes.get(at..)?.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * index);
        if byte < 0x80 {
            return Some((value, at + index + 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of sections: number and content.
    fn component(sections: &[(u8, &[u8])]) -> (tempfile::TempDir, std::path::PathBuf) {
        let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
        for (id, content) in sections {
            // The length in two bytes, as long ones have.
            let length = u8::try_from(content.len()).unwrap();
            bytes.extend([*id, length & 0x7f | 0x80, length >> 7]);
            bytes.extend(*content);
        }
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("x.wasm");
        fs::write(&file, bytes).unwrap();
        (dir, file)
    }

    #[test]
    fn an_export_of_the_outermost_component_is_renamed() {
        let inner: &[u8] = b"\x0b\x06\0\x04wake";
        let (_dir, file) = component(&[(4, inner), (11, b"\x02\0\x04wake\x01\0\0\0\x03map\x01\x01\0"), (0, b"wake")]);
        rename_export(&file, "wake", "open").unwrap();
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert_eq!((2, 1), (text.matches("wake").count(), text.matches("\u{4}open\u{1}").count()));
    }

    #[test]
    fn none_or_two_are_refused_and_nothing_is_changed() {
        let check = |sections: &[(u8, &[u8])]| {
            let (_dir, file) = component(sections);
            let before = fs::read(&file).unwrap();
            let error = rename_export(&file, "wake", "open").unwrap_err().to_string();
            assert!(error.contains("exactly one export `wake`"), "{error}");
            assert_eq!(before, fs::read(&file).unwrap());
        };
        check(&[]);
        check(&[(4, b"\0\x04wake")]);
        check(&[(11, b"\x01\0\x04wake\x01\0\0"), (11, b"\x01\0\x04wake\x01\0\0")]);
    }

    #[test]
    fn a_file_that_is_cut_short_is_refused() {
        let (_dir, file) = component(&[(11, b"\x01\0\x04wake\x01\0\0")]);
        let whole = fs::read(&file).unwrap();
        for length in 0..whole.len() {
            fs::write(&file, whole.get(..length).unwrap()).unwrap();
            assert!(rename_export(&file, "wake", "open").is_err(), "{length}");
        }
    }
}
