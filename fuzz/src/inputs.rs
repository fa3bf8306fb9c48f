//! The inputs and words that are kept with the code.

use crate::Target;
use std::io;
use std::path::{Path, PathBuf};

/// Where this crate is.
fn home() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Inputs to begin with, and those that once failed, in the order of their names.
///
/// # Errors
/// If a file cannot be read.
pub fn all(target: &Target) -> io::Result<Vec<(PathBuf, Vec<u8>)>> {
    let mut inputs = Vec::new();
    for kind in ["corpus", "known"] {
        let dir = home().join(kind).join(target.name);
        let entries = match std::fs::read_dir(&dir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        };
        let mut files = entries.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<Vec<_>>>()?;
        files.sort();
        for file in files {
            let bytes = std::fs::read(&file)?;
            inputs.push((file, bytes));
        }
    }
    Ok(inputs)
}

/// What inputs of a target are made of.
///
/// # Errors
/// If the file cannot be read, or a line of it is not a quoted word.
pub fn words(target: &Target) -> io::Result<Vec<Vec<u8>>> {
    let path = home().join("words").join(target.name).with_extension("dict");
    let text = std::fs::read_to_string(&path)?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let bad = |line: &str| io::Error::other(format!("{}: not a quoted word: {line}", path.display()));
    lines.map(|line| word(line).ok_or_else(|| bad(line))).collect()
}

fn word(line: &str) -> Option<Vec<u8>> {
    let mut rest = line.strip_prefix('"')?.strip_suffix('"')?.bytes();
    let mut word = Vec::new();
    while let Some(byte) = rest.next() {
        word.push(match byte {
            b'\\' => match rest.next()? {
                b'x' => u8::try_from(digit(rest.next()?)? * 16 + digit(rest.next()?)?).ok()?,
                quoted => quoted,
            },
            plain => plain,
        });
    }
    Some(word)
}

fn digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted() {
        for (line, expect) in [
            (r#""Event: ""#, Some(b"Event: ".to_vec())),
            (r#""\x0d\x0a""#, Some(b"\r\n".to_vec())),
            (r#""a\"b\\""#, Some(b"a\"b\\".to_vec())),
            ("bare", None),
            (r#""\x0""#, None),
        ] {
            assert_eq!(word(line), expect, "{line}");
        }
    }
}
