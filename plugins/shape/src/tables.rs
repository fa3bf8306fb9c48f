//! Tables with attached data in columns.

use crate::{
    columns::{CallRow, Columns},
    config::Config,
    hide::Hide,
};
use concentrator_sdk::{
    EventRows, Row,
    rows::{
        Ext, GCallUserdata, GCallUserdataCust, GCallUserdataCust1, GCallUserdataCust2, GCustomDataP, GmFUserdata,
        GmLUserdata,
    },
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A column of such a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Column {
    /// Place of the table in [`TABLES`].
    pub(crate) table: u8,
    /// Place of the column in its table.
    pub(crate) place: u8,
}

/// The tables, with the columns that they have for values. One row of the first four belongs to a call, and a value can
/// be routed to them.
const TABLES: [(&str, &[&str]); 7] = [
    (GCallUserdata::TABLE, GCallUserdata::COLUMNS),
    (GCallUserdataCust::TABLE, GCallUserdataCust::COLUMNS),
    (GCallUserdataCust1::TABLE, GCallUserdataCust1::COLUMNS),
    (GCallUserdataCust2::TABLE, GCallUserdataCust2::COLUMNS),
    (GCustomDataP::TABLE, GCustomDataP::COLUMNS),
    (GmFUserdata::TABLE, GmFUserdata::COLUMNS),
    (GmLUserdata::TABLE, GmLUserdata::COLUMNS),
];
/// Tables to which values can be routed.
const ROUTABLE: u8 = 4;

impl Column {
    /// The column of that name: `G_CALL_USERDATA_CUST2.CUST_DATA_16`, or without a table the first that has it.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let (table, column) = name.split_once('.').map_or((None, name), |(table, column)| (Some(table), column));
        (0..).zip(TABLES).find_map(|(number, (known, columns))| {
            let place = columns.iter().position(|known| *known == column)?;
            let fits = table.is_none_or(|table| table == known);
            fits.then_some(Self { table: number, place: u8::try_from(place).ok()? })
        })
    }

    /// A value can be routed to it.
    pub(crate) fn is_routable(self) -> bool {
        self.table < ROUTABLE
    }
}

/// A row with attached data in columns.
trait Horizontal: Row {
    const COLUMNS: &'static [&'static str];
    fn cells(&mut self) -> Vec<&mut Option<String>>;
}

/// Such a row, one for a call.
trait OfCall: Horizontal {
    fn call(&self) -> &str;
    fn ext(&mut self) -> &mut Option<Ext>;
    fn new(call: &str) -> Self;
}

macro_rules! horizontal {
    ($row:ident { $($column:literal $field:ident),* }) => {
        impl Horizontal for $row {
            const COLUMNS: &'static [&'static str] = &[$($column),*];

            fn cells(&mut self) -> Vec<&mut Option<String>> {
                vec![$(&mut self.$field),*]
            }
        }
    };
}

macro_rules! of_call {
    ($row:ident { $($column:literal $field:ident),* }) => {
        horizontal!($row { $($column $field),* });

        impl OfCall for $row {
            fn call(&self) -> &str {
                &self.callid
            }

            fn ext(&mut self) -> &mut Option<Ext> {
                &mut self.ext
            }

            fn new(call: &str) -> Self {
                Self { callid: call.to_owned(), ..Self::default() }
            }
        }
    };
}

macro_rules! of_site {
    ($row:ident) => {
        of_call!($row {
            "CUST_DATA_1" cust_data1, "CUST_DATA_2" cust_data2, "CUST_DATA_3" cust_data3, "CUST_DATA_4" cust_data4,
            "CUST_DATA_5" cust_data5, "CUST_DATA_6" cust_data6, "CUST_DATA_7" cust_data7, "CUST_DATA_8" cust_data8,
            "CUST_DATA_9" cust_data9, "CUST_DATA_10" cust_data10, "CUST_DATA_11" cust_data11,
            "CUST_DATA_12" cust_data12, "CUST_DATA_13" cust_data13, "CUST_DATA_14" cust_data14,
            "CUST_DATA_15" cust_data15, "CUST_DATA_16" cust_data16
        });
    };
}

of_call!(GCallUserdata {
    "CUSTOMER_SEGMENT" customer_segment, "SERVICE_TYPE" service_type, "SERVICE_SUBTYPE" service_subtype,
    "BUSINESS_RESULT" business_result, "CUSTOMER_ID" customer_id, "TRANSACTION_ID" transaction_id,
    "CAUSE_ID" cause_id, "ACCOUNT_ID" account_id, "DESTINATION_ID" destination_id, "TARGET_ID" target_id
});
of_site!(GCallUserdataCust);
of_site!(GCallUserdataCust1);
of_site!(GCallUserdataCust2);
horizontal!(GCustomDataP {
    "DATA_1" data1, "DATA_2" data2, "DATA_3" data3, "DATA_4" data4, "DATA_5" data5, "DATA_6" data6, "DATA_7" data7,
    "DATA_8" data8, "DATA_9" data9, "DATA_10" data10, "DATA_11" data11, "DATA_12" data12, "DATA_13" data13,
    "DATA_14" data14, "DATA_15" data15, "DATA_16" data16
});
horizontal!(GmFUserdata {
    "G_FROM_NAME" g_from_name, "G_CALLED_BACK" g_called_back, "G_SUBJECT" g_subject,
    "G_ORIGIN_SOURCE" g_origin_source, "G_FROM_ADDRESS" g_from_address, "G_SUB_TYPE" g_sub_type,
    "G_RECEIVED_D" g_received_d
});
horizontal!(GmLUserdata {
    "G_S_RESPONSE" g_s_response, "G_A_RESPONSE" g_a_response, "G_A_ACK" g_a_ack, "G_STOP_REASON" g_stop_reason,
    "G_UCS_CONTACT_ID" g_ucs_contact_id
});

/// Shapes the rows of an event in all of them, and writes what was routed to them.
pub(crate) fn shape(config: &Config, columns: &mut Columns, rows: &mut EventRows) {
    of_call::<GCallUserdata>(0, config, columns, rows);
    of_call::<GCallUserdataCust>(1, config, columns, rows);
    of_call::<GCallUserdataCust1>(2, config, columns, rows);
    of_call::<GCallUserdataCust2>(3, config, columns, rows);
    hide::<GCustomDataP>(4, config, rows);
    hide::<GmFUserdata>(5, config, rows);
    hide::<GmLUserdata>(6, config, rows);
}

fn hide<R: Horizontal>(table: u8, config: &Config, rows: &mut EventRows) {
    if config.columns.keys().any(|column| column.table == table) {
        rows.of::<R>().iter_mut().for_each(|row| hide_cells(table, config, row));
    }
}

fn hide_cells<R: Horizontal>(table: u8, config: &Config, row: &mut R) {
    for (place, cell) in (0..).zip(row.cells()) {
        match config.columns.get(&Column { table, place }) {
            Some(Some(hide)) => Hide::apply(hide, cell, config.secret.as_ref()),
            Some(None) => *cell = None,
            None => {}
        }
    }
}

/// The rows of a table of which calls have one: the mapper's are remembered where values are routed to the table, and
/// of each call whose row changed, one is written, whole.
fn of_call<R: OfCall>(table: u8, config: &Config, columns: &mut Columns, rows: &mut EventRows) {
    hide::<R>(table, config, rows);
    if !config.routed.contains(&table) {
        return;
    }
    for mut row in std::mem::take(rows.of::<R>()) {
        let cells = row.cells().into_iter().map(std::mem::take).collect();
        let ext = row.ext().take().map(|ext| (ext.vch1, ext.vch2, ext.int1, ext.int2));
        columns.given(row.call(), table, CallRow { cells, ext });
    }
    for (call, written) in columns.take_changed(table) {
        let mut row = R::new(&call);
        for (cell, value) in row.cells().into_iter().zip(written.cells) {
            *cell = value;
        }
        *row.ext() = written.ext.map(|(vch1, vch2, int1, int2)| Ext { vch1, vch2, int1, int2 });
        rows.add(row);
    }
}

/// How the values of columns are hidden; `None`: they are dropped.
pub(crate) type HiddenColumns = BTreeMap<Column, Option<Hide>>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_name() {
        let check = |name, expect: Option<(u8, u8)>| {
            assert_eq!(Column::named(name).map(|of| (of.table, of.place)), expect, "{name}");
        };
        check("CUSTOMER_SEGMENT", Some((0, 0)));
        check("G_CALL_USERDATA.TARGET_ID", Some((0, 9)));
        check("CUST_DATA_16", Some((1, 15)));
        check("G_CALL_USERDATA_CUST2.CUST_DATA_1", Some((3, 0)));
        check("G_CUSTOM_DATA_P.DATA_16", Some((4, 15)));
        check("G_SUBJECT", Some((5, 2)));
        check("G_CALL_USERDATA.CUST_DATA_1", None);
        check("G_CALL.CALLID", None);
        check("CUST_DATA_17", None);
        check("", None);
    }

    #[test]
    fn a_call_has_as_many_cells_as_columns() {
        assert_eq!(GCallUserdata::default().cells().len(), TABLES[0].1.len());
        assert_eq!(GCallUserdataCust::default().cells().len(), TABLES[1].1.len());
    }
}
