//! URLs and binary forms.

use super::*;

#[test]
fn of_host_and_directory_the_directory_counts() {
    let check = |url: &str, expect: &str| {
        assert_eq!(socket_only(url), expect);
        drop(expect.parse::<tokio_postgres::Config>().unwrap());
    };
    check("postgres://me@localhost:5433/db?host=/run/pg", "postgres://me@/db?host=/run/pg&port=5433");
    check("postgres://me@localhost/db?host=/run/pg", "postgres://me@/db?host=/run/pg&port=5432");
    check("postgres://me@/db?host=/run/pg&port=5", "postgres://me@/db?host=/run/pg&port=5");
    check("postgres://me@host:5433/db", "postgres://me@host:5433/db");
}

#[test]
fn a_number_of_twenty_digits_is_groups_of_four() {
    let check = |number: u64, expect: &[u8]| {
        let mut out = BytesMut::new();
        encode::put(&mut out, &Cell::Num20(number));
        assert_eq!(out.get(4..).unwrap(), expect);
    };
    check(0, &[0, 0, 0, 0, 0, 0, 0, 0]);
    check(7, &[0, 1, 0, 0, 0, 0, 0, 0, 0, 7]);
    check(120_003, &[0, 2, 0, 1, 0, 0, 0, 0, 0, 12, 0, 3]);
    check(u64::MAX, &[0, 5, 0, 4, 0, 0, 0, 0, 0x07, 0x34, 0x1a, 0x58, 0x02, 0xe1, 0x03, 0xbb, 0x06, 0x4f]);
}
