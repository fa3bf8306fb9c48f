//! Attached data with columns of its own: G_CALL_USERDATA and the three tables of the site.

use super::rules::{COLUMN_LENGTH_MAX, DataRules};
use crate::{
    model::{Attached, Call, Output},
    rows::{GCallUserdata, GCallUserdataCust, GCallUserdataCust1, GCallUserdataCust2},
};

/// Columns of one table, at most.
const COLUMNS_MAX: usize = 16;
/// The columns of G_CALL_USERDATA, each after the key under which sites usually attach its value.
pub const USUAL_KEYS: [(&str, &str); 10] = [
    ("CustomerSegment", "CUSTOMER_SEGMENT"),
    ("ServiceType", "SERVICE_TYPE"),
    ("ServiceSubtype", "SERVICE_SUBTYPE"),
    ("BusinessResult", "BUSINESS_RESULT"),
    ("CustomerID", "CUSTOMER_ID"),
    ("TransactionID", "TRANSACTION_ID"),
    ("CauseID", "CAUSE_ID"),
    ("AccountID", "ACCOUNT_ID"),
    ("DestinationID", "DESTINATION_ID"),
    ("TargetID", "TARGET_ID"),
];
/// The tables; a name without a table is found in the first two.
const TABLES: [&str; 4] = ["G_CALL_USERDATA", "G_CALL_USERDATA_CUST", "G_CALL_USERDATA_CUST1", "G_CALL_USERDATA_CUST2"];

/// A column for a value of attached data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    table: u8,
    number: u8,
}

impl Column {
    /// The column of that name: `CUSTOMER_SEGMENT`, `CUST_DATA_1`, `G_CALL_USERDATA_CUST2.CUST_DATA_16`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (table, column) = match name.split_once('.') {
            Some((table, column)) => (Some(TABLES.iter().position(|known| *known == table)?), column),
            None => (None, name),
        };
        let of_site = column.strip_prefix("CUST_DATA_").and_then(|number| number.parse::<usize>().ok());
        let (table, number) = match of_site {
            Some(number) => (table.unwrap_or(1), number.checked_sub(1)?),
            None => (table.unwrap_or(0), USUAL_KEYS.iter().position(|(_, own)| *own == column)?),
        };
        let known = (table > 0) == of_site.is_some() && number < COLUMNS_MAX;
        Some(Self { table: u8::try_from(table).ok()?, number: u8::try_from(number).ok()? }).filter(|_| known)
    }
}

/// Tables in which a call has something to be written.
#[derive(Clone, Copy, Default)]
pub(super) struct Tables(u8);

impl Tables {
    pub(super) fn add(&mut self, column: Column) {
        self.0 |= 1 << column.table;
    }
}

#[rustfmt::skip]
macro_rules! cust_row {
    ($row:ident, $at:expr, $call:expr, $values:expr) => {{
        let [
            cust_data1, cust_data2, cust_data3, cust_data4, cust_data5, cust_data6, cust_data7, cust_data8,
            cust_data9, cust_data10, cust_data11, cust_data12, cust_data13, cust_data14, cust_data15, cust_data16,
        ] = $values;
        $row {
            at: $at, callid: $call, ext: None,
            cust_data1, cust_data2, cust_data3, cust_data4, cust_data5, cust_data6, cust_data7, cust_data8,
            cust_data9, cust_data10, cust_data11, cust_data12, cust_data13, cust_data14, cust_data15, cust_data16,
        }
    }};
}

/// Writes the call's row in each of these tables, whole.
pub(super) fn write(call: &Call, rules: &DataRules, tables: Tables, rows: &mut Output) {
    for table in (0..4_u8).filter(|table| tables.0 >> table & 1 == 1) {
        let values = values(call, rules, table);
        let (at, id) = (rows.at, call.id.clone());
        match table {
            0 => rows.g_call_userdata.push(own_row(at, id, values)),
            1 => rows.g_call_userdata_cust.push(cust_row!(GCallUserdataCust, at, id, values)),
            2 => rows.g_call_userdata_cust1.push(cust_row!(GCallUserdataCust1, at, id, values)),
            _ => rows.g_call_userdata_cust2.push(cust_row!(GCallUserdataCust2, at, id, values)),
        }
    }
}

fn values(call: &Call, rules: &DataRules, table: u8) -> [Option<String>; COLUMNS_MAX] {
    let mut values = [const { None }; COLUMNS_MAX];
    for list in Attached::ALL {
        for (key, value) in call.data.present(list) {
            let Some(rule) = rules.find(list, key) else { continue };
            let Some(column) = rule.column.filter(|column| column.table == table) else { continue };
            if let Some(place) = values.get_mut(usize::from(column.number)) {
                *place = Some(rule.stored(value, COLUMN_LENGTH_MAX).0).filter(|value| !value.is_empty());
            }
        }
    }
    values
}

fn own_row(at: u32, callid: String, values: [Option<String>; COLUMNS_MAX]) -> GCallUserdata {
    let [
        customer_segment,
        service_type,
        service_subtype,
        business_result,
        customer_id,
        transaction_id,
        cause_id,
        account_id,
        destination_id,
        target_id,
        ..,
    ] = values;
    GCallUserdata {
        at,
        callid,
        customer_segment,
        service_type,
        service_subtype,
        business_result,
        customer_id,
        transaction_id,
        cause_id,
        account_id,
        destination_id,
        target_id,
        ext: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let check = |name, expect: Option<(u8, u8)>| {
            assert_eq!(Column::named(name).map(|of| (of.table, of.number)), expect, "{name}");
        };
        check("CUSTOMER_SEGMENT", Some((0, 0)));
        check("G_CALL_USERDATA.TARGET_ID", Some((0, 9)));
        check("CUST_DATA_16", Some((1, 15)));
        check("G_CALL_USERDATA_CUST2.CUST_DATA_1", Some((3, 0)));
        check("G_CALL_USERDATA.CUST_DATA_1", None);
        check("G_CALL_USERDATA_CUST1.CUSTOMER_ID", None);
        check("CUST_DATA_0", None);
        check("CUST_DATA_17", None);
        check("CUST_DATA_", None);
        check("G_CALL.CALLID", None);
        check("", None);
    }
}
