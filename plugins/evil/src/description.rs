//! Lies about oneself, by the character that a test writes into the binary.

use crate::bindings::concentrator::mapping::types::{ColumnType, CustomTable, Description};
use crate::crime::{eat, spin};
use crate::own::{column, visits};
use std::cell::Cell;

thread_local! {
    static ASKED: Cell<u32> = const { Cell::new(0) };
}

/// Commits the crime of that character; small letters are no crimes.
pub(crate) fn change(case: u8, description: &mut Description) {
    match case {
        b'1' => panic!("no description"),
        b'2' => spin(),
        b'3' => description.tables.push("G_NOTHING".to_owned()),
        b'4' => description.name.clear(),
        b'5' => eat(),
        b'6' => description.name = "../../etc".to_owned(),
        b'7' => description.events = (0..100_000).map(|number| format!("Event{number}")).collect(),
        b'8' => description.version = "1\u{1b}[2J".to_owned(),
        b'9' => ASKED.with(|asked| {
            asked.set(asked.get() + 1);
            description.state_version = asked.get();
        }),
        b'A' => description.custom = vec![table("t", "x"); 1_000_000],
        b'B' => description.custom = (0..33).map(|number| table(&format!("t{number}"), "x")).collect(),
        b'C' => description.custom = vec![table("visits; DROP TABLE G_CALL; --", "x")],
        b'D' => description.custom = vec![table("visits", "x INTEGER); DROP TABLE G_CALL; --")],
        b'E' => description.custom = vec![table("visits", "select")],
        b'F' => description.custom = vec![table("visits", "x"), table("VISITS", "y")],
        b'G' => description.custom[0].columns = vec![column("x", ColumnType::Integer, false); 2],
        b'H' => {
            let columns = (0..101).map(|number| column(&format!("c{number}"), ColumnType::Integer, false));
            description.custom[0].columns = columns.collect();
        }
        b'I' => description.custom[0].columns.push(column("much", ColumnType::Text(u32::MAX), false)),
        b'J' => description.custom[0].columns.push(column("moment", ColumnType::Time, true)),
        b'K' => description.custom[0].columns.clear(),
        b'L' => description.custom[0].text = "two\nlines".to_owned(),
        b'M' => description.custom[0].columns.push(column("gsys_domain", ColumnType::Integer, false)),
        b'N' => description.tables.push(visits().name),
        b'O' => description.tables.push("G_SYNC_CONTROL".to_owned()),
        b'a' => description.events = ["Good", "Evil"].map(str::to_owned).to_vec(),
        _ => {}
    }
}

fn table(name: &str, of: &str) -> CustomTable {
    CustomTable {
        name: name.to_owned(),
        text: "What was found".to_owned(),
        columns: vec![column(of, ColumnType::Integer, true)],
    }
}
