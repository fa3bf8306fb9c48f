//! Session control after a campaign: what was done to daemon and source, and what the provider tables say of it.

use crate::rows::Database;
use anyhow::Result;

/// What was done, as far as session control must tell it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// SIGKILLs while a session was open.
    pub kills: i64,
    /// Orderly stops while a session was open.
    pub stops: i64,
    /// Times the source lost its switch.
    pub link_losses: i64,
    /// Jumps in the source's numbers.
    pub gaps: i64,
    /// Announced ends of the source.
    pub shutdowns: i64,
    /// Times another server took over.
    pub switchovers: i64,
}

/// Everything in the provider tables that is not as it was, a line each.
///
/// # Errors
/// The database cannot be read.
pub fn problems(database: &Database<'_>, done: &Done) -> Result<Vec<String>> {
    let mut problems = Vec::new();
    let mut expect = |what: &str, query: &str, expected: i64| -> Result<()> {
        let found = database.number(query)?;
        if found != expected {
            problems.push(format!("{what}: {expected} expected, {found} found"));
        }
        Ok(())
    };
    let of = |condition: &str| format!("SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER WHERE {condition}");
    expect("sessions that are still open", &of("DSCONN_ETIME IS NULL"), 0)?;
    expect("sessions ended by a crash", &of("DSCONN_ECAUSE = 6"), done.kills)?;
    expect("sessions ended by an orderly stop", &of("DSCONN_ECAUSE = 5"), done.stops)?;
    expect("sessions ended by the loss of the switch", &of("DSCONN_ECAUSE = 4"), done.link_losses)?;
    expect("sessions opened by the return of the switch", &of("DSCONN_TYPE = 4"), done.link_losses)?;
    expect("sessions ended by missing events", &of("DSCONN_ECAUSE = 8"), done.gaps)?;
    expect("sessions ended by a shutdown", &of("DSCONN_ECAUSE = 2"), done.shutdowns)?;
    expect("sessions opened by a switchover", &of("DSCONN_TYPE = 5"), done.switchovers)?;
    expect("sessions ended by a protocol error", &of("DSCONN_ECAUSE = 7"), 0)?;
    let unordered = "SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER A JOIN G_DSS_GCC_PROVIDER B ON B.GSYS_EXT_VCH1 = \
                     A.GSYS_EXT_VCH1 AND B.DSS_ID > A.DSS_ID AND B.FEVENT_DSSEQ <= A.LEVENT_DSSEQ";
    expect("sessions of a stream whose numbers overlap", unordered, 0)?;
    for role in ["CFG", "GLS", "GUD"] {
        let other = format!(
            "SELECT COUNT(*) FROM G_DSS_GCC_PROVIDER A LEFT JOIN G_DSS_{role}_PROVIDER B \
             ON B.DSS_ID = A.DSS_ID AND B.DSCONN_ETIME = A.DSCONN_ETIME AND B.DSCONN_ECAUSE = A.DSCONN_ECAUSE \
             WHERE B.DSS_ID IS NULL"
        );
        expect(&format!("sessions that the role {role} does not have"), &other, 0)?;
    }
    for table in ["G_CALL", "G_PARTY", "G_LOGIN_SESSION", "G_AGENT_STATE_HISTORY", "G_USERDATA_HISTORY"] {
        let stray = format!(
            "SELECT COUNT(*) FROM {table} WHERE GSYS_DOMAIN IS NULL OR GSYS_DOMAIN NOT IN \
             (SELECT DSS_ID FROM G_DSS_GCC_PROVIDER)"
        );
        expect(&format!("rows of {table} without a session"), &stray, 0)?;
    }
    Ok(problems)
}

/// What is still alive in the tables though the day is over, a line each.
///
/// # Errors
/// The database cannot be read.
pub fn alive(database: &Database<'_>) -> Result<Vec<String>> {
    let queries = [
        ("calls", "SELECT COUNT(*) FROM G_CALL WHERE TERMINATED IS NULL"),
        ("active calls", "SELECT COUNT(*) FROM G_CALL_ACTIVE"),
        ("interactions", "SELECT COUNT(*) FROM G_IR WHERE TERMINATED IS NULL"),
        ("active interactions", "SELECT COUNT(*) FROM G_IR_ACTIVE"),
        ("parties", "SELECT COUNT(*) FROM G_PARTY WHERE TERMINATED IS NULL"),
        ("stays in queues", "SELECT COUNT(*) FROM G_VIRTUAL_QUEUE WHERE TERMINATED IS NULL"),
        ("login sessions", "SELECT COUNT(*) FROM G_LOGIN_SESSION WHERE TERMINATED IS NULL"),
        ("active reasons", "SELECT COUNT(*) FROM G_AGENT_STATE_RC_A"),
    ];
    let mut found = Vec::new();
    for (what, query) in queries {
        match database.number(query)? {
            0 => {}
            number => found.push(format!("{number} {what} are alive though the day is over")),
        }
    }
    Ok(found)
}
