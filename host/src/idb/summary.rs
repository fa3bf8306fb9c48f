//! The calls, agents and queues of a database at a glance: for `idb summary`, which is no report.

use super::Idb;
use super::control::Statement;
use super::error::Error;
use super::layout::Cell;

/// A table to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// What it shows.
    pub title: &'static str,
    /// Names of its columns.
    pub columns: &'static [&'static str],
    /// Its rows, as text.
    pub rows: Vec<Vec<Option<String>>>,
}

const CALLS: &str = "\
SELECT CAST(C.CREATED AS TEXT), \
  CASE C.CALLTYPE WHEN 1 THEN 'internal' WHEN 2 THEN 'inbound' WHEN 3 THEN 'outbound' WHEN 4 THEN 'consult' ELSE '?' END, \
  C.CALLANI, C.CALLDNIS, \
  (SELECT MAX(Q.ENDPOINTDN) FROM G_VIRTUAL_QUEUE Q WHERE Q.ORIGCALLID = C.CALLID), \
  (SELECT A.USERNAME FROM G_PARTY P JOIN GC_AGENT A ON A.ID = P.AGENTID \
     JOIN G_PARTY_STAT T ON T.PARTYID = P.PARTYID WHERE P.CALLID = C.CALLID AND T.TT_CONNECTED > 0 \
     ORDER BY T.TT_CONNECTED DESC, P.ID LIMIT 1), \
  CAST(S.T_DURATION AS TEXT), \
  CASE WHEN C.STATE = 1 THEN 'active' WHEN C.MERGECALLID IS NOT NULL THEN 'merged' WHEN S.F_TE_ABND = 1 THEN 'abandoned' \
    WHEN S.F_CONN = 1 THEN 'released by ' || COALESCE(S.GSYS_EXT_VCH1, '?') ELSE 'not connected' END \
FROM G_CALL C LEFT JOIN G_CALL_STAT S ON S.CALLID = C.CALLID ORDER BY C.CREATED DESC, C.ID DESC LIMIT $1";

const AGENTS: &str = "\
SELECT A.USERNAME, \
  (SELECT CAST(COUNT(*) AS TEXT) FROM G_LOGIN_SESSION L WHERE L.AGENTID = A.ID), \
  (SELECT CAST(COUNT(*) AS TEXT) FROM G_PARTY P JOIN G_PARTY_STAT T ON T.PARTYID = P.PARTYID \
     WHERE P.AGENTID = A.ID AND T.TT_CONNECTED > 0), \
  (SELECT CAST(COALESCE(SUM(T.TT_CONNECTED), 0) AS TEXT) FROM G_PARTY P JOIN G_PARTY_STAT T ON T.PARTYID = P.PARTYID \
     WHERE P.AGENTID = A.ID), \
  (SELECT CAST(COALESCE(SUM(R.TERMINATED_TS - R.CREATED_TS), 0) AS TEXT) FROM G_AGENT_STATE_RC R \
     JOIN G_LOGIN_SESSION L ON L.LOGINSESSIONID = R.SESSIONID WHERE L.AGENTID = A.ID) \
FROM GC_AGENT A WHERE A.STATUS = 1 ORDER BY A.USERNAME LIMIT $1";

const QUEUES: &str = "\
SELECT Q.ENDPOINTDN, CAST(COUNT(*) AS TEXT), \
  CAST(SUM(CASE WHEN Q.CAUSE = 1 THEN 1 ELSE 0 END) AS TEXT), \
  CAST(SUM(CASE WHEN Q.CAUSE = 2 THEN 1 ELSE 0 END) AS TEXT), \
  CAST(SUM(CASE WHEN Q.CAUSE >= 3 THEN 1 ELSE 0 END) AS TEXT), \
  CAST(SUM(CASE WHEN Q.STATE = 1 THEN 1 ELSE 0 END) AS TEXT), \
  CAST(MAX(Q.TERMINATED_TS - Q.CREATED_TS) AS TEXT) \
FROM G_VIRTUAL_QUEUE Q GROUP BY Q.ENDPOINTDN ORDER BY Q.ENDPOINTDN LIMIT $1";

impl Idb {
    /// At most `limit` of the latest calls, and as many agents and queues.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn summary(&self, limit: u32) -> Result<Vec<Summary>, Error> {
        let of = async |title, columns: &'static [&'static str], text: &'static str| {
            let most = i64::from(limit);
            let rows = self.query(&Statement::new(text, vec![Cell::Big(most)])).await?;
            Ok::<_, Error>(Summary { title, columns, rows })
        };
        let columns = &["began (UTC)", "type", "from", "to", "queue", "agent", "seconds", "end"];
        let mut calls = of("Calls", columns, CALLS).await?;
        calls.rows.reverse();
        let agents = of("Agents", &["agent", "logins", "calls", "talk s", "not ready s"], AGENTS).await?;
        let columns = &["queue", "offered", "distributed", "abandoned", "left otherwise", "waiting", "longest wait s"];
        Ok(vec![calls, agents, of("Queues", columns, QUEUES).await?])
    }
}

impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let cell =
            |row: &Vec<Option<String>>, at: usize| row.get(at).cloned().flatten().unwrap_or_else(|| "-".to_owned());
        let width = |at: usize| {
            let title = self.columns.get(at).map_or(0, |name| name.chars().count());
            self.rows.iter().map(|row| cell(row, at).chars().count()).max().unwrap_or(0).max(title)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        writeln!(f, "\n{} ({})", self.title, self.rows.len())?;
        let line = |f: &mut std::fmt::Formatter<'_>, cells: &[String]| {
            let padded: Vec<String> =
                cells.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
            writeln!(f, "  {}", padded.join("  ").trim_end())
        };
        line(f, &self.columns.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())?;
        for row in &self.rows {
            line(f, &(0..self.columns.len()).map(|at| cell(row, at)).collect::<Vec<_>>())?;
        }
        Ok(())
    }
}
