//! Objects that no configuration source has described: persons, logins, endpoints, groups, places.
//!
//! Each gets a row the first time it is needed, with a DBID that is derived from its name, so that every reference
//! resolves. `GSYS_EXT_INT1 = 1` says that CREATED is when it was first seen, not when it was made.
//!
//! A DBID that is taken by another name (two in a thousand million) is derived again with a number appended; the
//! first to come has the plain one.

use super::Model;
use crate::{
    ids,
    rows::{Ext, GcAgent, GcEndpoint, GcGroup, GcLogin, GcPlace, GcSwitch, GcTenant, GcxLoginInfo},
    store::Index,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Objects that are remembered as written. Beyond that all are forgotten and written again when needed: the rows are
/// keyed, and DBIDs follow from names.
const REMEMBERED_MAX: usize = 100_000;
const ENABLED: i32 = 1;
const ACTIVE: i32 = 1;
const TYPE_AGENT: i32 = 2;
const GROUP_OF_DNS: i32 = 3;
const GROUP_OF_QUEUES: i32 = 2;

/// `TYPE` of GC_ENDPOINT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EndpointType {
    /// A device.
    Dn = 1,
    /// A queue.
    Queue = 3,
    /// A line to the outside.
    Trunk = 5,
}

/// What has been written.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Directory {
    known: Index<i32>,
    taken: BTreeSet<i32>,
    lane_written: bool,
}

impl Directory {
    /// The DBID of that object, and whether it is new.
    fn dbid(&mut self, source: i32, kind: &str, name: &str) -> (i32, bool) {
        let mut key = String::with_capacity(kind.len() + 1 + name.len());
        key.push_str(kind);
        key.push('\0');
        key.push_str(name);
        if let Some(&id) = self.known.get(key.as_str()) {
            return (id, false);
        }
        if self.known.len() >= REMEMBERED_MAX {
            self.known.clear();
            self.taken.clear();
        }
        let mut id = ids::dbid(source, &[kind, name]);
        for again in 1.. {
            if self.taken.insert(id) {
                break;
            }
            id = ids::dbid(source, &[kind, name, &again.to_string()]);
        }
        self.known.insert(key.into(), id);
        (id, true)
    }
}

fn first_seen() -> Option<Ext> {
    Some(Ext { int1: Some(1), ..Ext::default() })
}

impl Model {
    fn object(&mut self, kind: &str, name: &str) -> (i32, bool) {
        if !self.directory.lane_written {
            self.directory.lane_written = true;
            self.write_lane();
        }
        self.directory.dbid(self.lane.dbid, kind, name)
    }

    /// The switch and the tenant to which everything else refers.
    fn write_lane(&mut self) {
        let (at, now) = (self.rows.at, Some(self.now));
        self.rows.gc_switch.push(GcSwitch {
            at,
            id: self.lane.switch_dbid,
            name: Some(self.lane.name.clone()),
            type_: None,
            tenantid: Some(self.lane.tenant_dbid),
            state: Some(ENABLED),
            status: Some(ACTIVE),
            created: now,
            deleted: None,
            lastchange: now,
            ext: first_seen(),
        });
        self.rows.gc_tenant.push(GcTenant {
            at,
            id: self.lane.tenant_dbid,
            name: Some(format!("Tenant {}", self.lane.tenant_dbid)),
            folderid: None,
            state: Some(ENABLED),
            status: Some(ACTIVE),
            created: now,
            deleted: None,
            lastchange: now,
            ext: first_seen(),
        });
    }

    /// DBID of a device, queue or trunk; `name` is what the exchange calls it in full.
    pub fn endpoint(&mut self, dn: &str, endpoint_type: EndpointType, name: &str) -> i32 {
        let kind = match endpoint_type {
            EndpointType::Dn => "endpoint",
            EndpointType::Queue => "queue",
            EndpointType::Trunk => "trunk",
        };
        let (id, new) = self.object(kind, dn);
        if new {
            let now = Some(self.now);
            self.rows.gc_endpoint.push(GcEndpoint {
                at: self.rows.at,
                id,
                dn: Some(dn.to_owned()),
                type_: Some(endpoint_type as i32),
                switchid: Some(self.lane.switch_dbid),
                tenantid: Some(self.lane.tenant_dbid),
                name: Some(name.to_owned()),
                state: Some(ENABLED),
                status: Some(ACTIVE),
                created: now,
                deleted: None,
                lastchange: now,
                ext: first_seen(),
            });
            if endpoint_type == EndpointType::Queue {
                self.queue_group(dn);
            }
        }
        id
    }

    /// DBID of the group that a queue is.
    pub(super) fn queue_group(&mut self, queue: &str) -> i32 {
        let (id, new) = self.object("group", queue);
        if new {
            let now = Some(self.now);
            self.rows.gc_group.push(GcGroup {
                at: self.rows.at,
                id,
                name: Some(queue.to_owned()),
                tenantid: Some(self.lane.tenant_dbid),
                folderid: None,
                type_: Some(GROUP_OF_DNS),
                dngrouptype: Some(GROUP_OF_QUEUES),
                script: None,
                state: Some(ENABLED),
                status: Some(ACTIVE),
                created: now,
                deleted: None,
                lastchange: now,
                ext: first_seen(),
            });
        }
        id
    }

    /// DBID of a person.
    pub(super) fn agent(&mut self, name: &str) -> i32 {
        let (id, new) = self.object("agent", name);
        if new {
            let now = Some(self.now);
            let (first, last) = name.split_once(' ').unwrap_or(("", name));
            self.rows.gc_agent.push(GcAgent {
                at: self.rows.at,
                id,
                tenantid: Some(self.lane.tenant_dbid),
                folderid: None,
                username: Some(name.to_owned()),
                firstname: Some(first.to_owned()).filter(|first| !first.is_empty()),
                lastname: Some(last.to_owned()),
                employeeid: Some(name.to_owned()),
                email: None,
                type_: Some(TYPE_AGENT),
                placeid: None,
                state: Some(ENABLED),
                status: Some(ACTIVE),
                created: now,
                deleted: None,
                lastchange: now,
                ext: first_seen(),
            });
        }
        id
    }

    /// DBID of a place.
    pub(super) fn place(&mut self, name: &str) -> i32 {
        let (id, new) = self.object("place", name);
        if new {
            let now = Some(self.now);
            self.rows.gc_place.push(GcPlace {
                at: self.rows.at,
                id,
                name: Some(name.to_owned()),
                tenantid: Some(self.lane.tenant_dbid),
                folderid: None,
                state: Some(ENABLED),
                status: Some(ACTIVE),
                created: now,
                deleted: None,
                lastchange: now,
                ext: first_seen(),
            });
        }
        id
    }

    /// A remote site is named for the first time.
    pub(super) fn is_new_location(&mut self, name: &str) -> bool {
        self.object("location", name).1
    }

    /// DBID of a login code.
    pub(super) fn login_code(&mut self, code: &str) -> i32 {
        let (id, new) = self.object("login", code);
        if new {
            let now = Some(self.now);
            self.rows.gc_login.push(GcLogin {
                at: self.rows.at,
                id,
                logincode: Some(code.to_owned()),
                tenantid: Some(self.lane.tenant_dbid),
                switchid: Some(self.lane.switch_dbid),
                folderid: None,
                state: Some(ENABLED),
                status: Some(ACTIVE),
                created: now,
                deleted: None,
                lastchange: now,
                ext: first_seen(),
            });
        }
        id
    }

    /// That login is that person's: said once. Since when is not known.
    pub(super) fn login_of(&mut self, login: i32, agent: i32, wrap_up: i64) {
        let (_, new) = self.directory.dbid(self.lane.dbid, "login of", &format!("{login} {agent}"));
        if new {
            let now = Some(self.now);
            self.rows.gcx_login_info.push(GcxLoginInfo {
                at: self.rows.at,
                loginid: login,
                agentid: agent,
                wrapuptime: Some(crate::time::seconds(wrap_up)),
                since: 0,
                status: Some(ACTIVE),
                created: now,
                deleted: None,
                lastchange: now,
                ext: first_seen(),
            });
        }
    }
}
