use super::*;

const SMALL: Limits = Limits { packet_bytes: 200, line_bytes: 80 };

/// What a decoder finds in `input` that comes in pieces of `piece` bytes: `text`, or `!reason|kept|length`.
fn found(limits: Limits, input: &[u8], piece: usize) -> Vec<String> {
    let mut decoder = Decoder::new(limits, 0);
    let mut all = Vec::new();
    let damaged = |it: &Damaged<'_>| format!("!{}|{}|{}", it.reason, String::from_utf8_lossy(it.kept), it.length);
    for bytes in input.chunks(piece) {
        decoder.space().extend_from_slice(bytes);
        while let Some((next, _)) = decoder.next() {
            all.push(match next {
                Found::Whole(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                Found::Damaged(it) => damaged(&it),
            });
        }
        assert!(decoder.buffer.len() <= limits.packet_bytes + limits.line_bytes + piece, "the buffer is bounded");
    }
    all.extend(decoder.finish().map(|it| damaged(&it)));
    assert_eq!(decoder.offset(), input.len() as u64);
    all
}

fn check(input: &str, expect: &[&str]) {
    for piece in [1, 2, 3, 5, 7, 64, 10_000] {
        assert_eq!(found(SMALL, input.as_bytes(), piece), expect, "in pieces of {piece}");
    }
}

#[test]
fn packets_end_with_an_empty_line() {
    check("", &[]);
    check("\r\n\r\n\n", &[]);
    check("Event: A\r\nx: 1\r\n\r\nEvent: B\r\n\r\n", &["Event: A\r\nx: 1\r\n", "Event: B\r\n"]);
    check("Event: A\nx: 1\n\n\r\nEvent: B\n\n", &["Event: A\nx: 1\n", "Event: B\n"]);
    check("Event: A\r\nx: \r\r\n\r\n", &["Event: A\r\nx: \r\r\n"]);
    check("x: 1\r\nEvent: A\r\n\r\n", &["x: 1\r\nEvent: A\r\n"]);
}

#[test]
fn damage_costs_one_packet() {
    let after = "Event: B\r\n\r\n";
    let b = "Event: B\r\n";
    check(&format!("Event: A\r\nx: 1\r\n{after}"), &["!without end before the next event|Event: A\r\nx: 1\r\n|16", b]);
    check(
        &format!("Response: Success\r\nx: 1\r\n{after}"),
        &["!without end before the next event|Response: Success\r\nx: 1\r\n|25", b],
    );
    check("Event: A\r\nx", &["!cut by the end of the connection|Event: A\r\nx|11"]);
    check("Event: A\r\n", &["!cut by the end of the connection|Event: A\r\n|10"]);
    for end in ["\r\n\r\n", "\r\n\r\n\r\n", "\n\n", "\r\n"] {
        let line = format!("x: {}", "y".repeat(400));
        let found = found(SMALL, format!("Event: A\r\n{line}{end}{after}").as_bytes(), 1);
        assert_eq!(found.len(), 2, "{end:?}: {found:?}");
        assert!(found[0].starts_with("!line longer than line_bytes_max|Event: A\r\nx: yyy"), "{found:?}");
        assert_eq!(found[1], b);
    }
    let lines = "name: value\r\n".repeat(40);
    for (end, more) in [("\r\n", 0), ("", 0)] {
        let input = format!("Event: A\r\n{lines}{end}{after}");
        let length = 10 + lines.len() + more;
        check(&input, &[&format!("!longer than packet_bytes_max|Event: A\r\n{lines}|{length}"), b]);
    }
    check(&"x".repeat(300), &[&format!("!cut by the end of the connection|{}|300", "x".repeat(300))]);
}

/// Once the first byte of the line end behind a packet of exactly the limit, or of a line that is too long by another
/// limit, counted if it came in a piece of its own.
#[test]
fn at_the_limits_pieces_do_not_matter() {
    let b = "Event: B\r\n\r\n";
    for length in 150..=210 {
        for line in [40, 70, 78, 79, 80, 81, 90] {
            let mut packet = "Event: A\r\n".to_owned();
            while packet.len() + line <= length {
                packet += &format!("{:q<1$}\r\n", "x: ", line - 2);
            }
            packet += &format!("{:z<1$}", "y: ", length.saturating_sub(packet.len()));
            for after in [
                "\r\n\r\n",
                "\n\n",
                "\r\n",
                "\nEvent: 0123456789012345678901234567890123456789012345678901234567890123456789\n",
                "",
            ] {
                let input = format!("{packet}{after}{b}");
                let expect = found(SMALL, input.as_bytes(), input.len());
                check(&input, &expect.iter().map(String::as_str).collect::<Vec<_>>());
            }
        }
    }
}

#[test]
fn ten_megabytes_keep_their_beginning_only() {
    let limits = Limits { packet_bytes: 1 << 20, line_bytes: 1 << 16 };
    let line = format!("Header: {}\r\n", "z".repeat(1000));
    let mut input = b"Event: Huge\r\n".to_vec();
    while input.len() < 10 << 20 {
        input.extend_from_slice(line.as_bytes());
    }
    let length = input.len();
    input.extend_from_slice(b"\r\nEvent: B\r\n\r\n");
    for piece in [1000, READ_BYTES, 4 << 20] {
        let mut decoder = Decoder::new(limits, 7);
        let mut seen = Vec::new();
        for bytes in input.chunks(piece) {
            decoder.space().extend_from_slice(bytes);
            while let Some((next, _)) = decoder.next() {
                match next {
                    Found::Whole(bytes) => seen.push((bytes.len(), bytes.len() as u64)),
                    Found::Damaged(it) => seen.push((it.kept.len(), it.length)),
                }
            }
        }
        assert_eq!(seen, [(KEPT_BYTES, length as u64), (10, 10)]);
        assert_eq!(decoder.offset(), 7 + input.len() as u64);
        assert!(decoder.finish().is_none());
    }
}

#[test]
fn the_greeting_is_a_line_of_its_own() {
    let mut decoder = Decoder::new(SMALL, 0);
    decoder.space().extend_from_slice(b"Asterisk Call ");
    assert_eq!(decoder.greeting(100), Ok(None));
    decoder.space().extend_from_slice(b"Manager/9\r\nEvent: A\r\n\r\n");
    assert_eq!(decoder.greeting(100), Ok(Some("Asterisk Call Manager/9".to_owned())));
    assert_eq!(decoder.next(), Some((Found::Whole(b"Event: A\r\n"), 37)));
    decoder.push_back();
    assert_eq!(decoder.next(), Some((Found::Whole(b"Event: A\r\n"), 37)));
    decoder.space().extend_from_slice(&[b'x'; 101]);
    assert_eq!(decoder.greeting(100), Err("x".repeat(100)));
}

/// Bytes of a small alphabet that makes every kind of boundary likely: all of them are accounted for, the pieces in
/// which they come make no difference to the packets that are whole, and nothing grows.
#[test]
fn random_bytes_are_all_accounted_for() {
    let words: [&[u8]; 9] =
        [b"Event: A", b"\r\n", b"\n", b"\r", b"x: 1", b"Response: S", b"\xff\xfe", b":", &[b'q'; 90]];
    let mut state = 1_u64;
    for _ in 0..500 {
        let mut input = Vec::new();
        for _ in 0..60 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            input.extend_from_slice(words[(state >> 33) as usize % words.len()]);
        }
        let whole =
            |piece| found(SMALL, &input, piece).into_iter().filter(|it| !it.starts_with('!')).collect::<Vec<_>>();
        let all_at_once = whole(input.len());
        for piece in 1..8 {
            assert_eq!(whole(piece), all_at_once, "{:?}", String::from_utf8_lossy(&input));
        }
    }
}
