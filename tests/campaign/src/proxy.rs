//! A TCP relay between daemon and database that can cut connections after any number of bytes.

use anyhow::{Context, Result};
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// No cut is planned.
const NEVER: i64 = i64::MAX;

/// What the threads of a relay share.
#[derive(Debug)]
struct Shared {
    /// Bytes that may still pass towards the database before everything is cut.
    budget: AtomicI64,
    open: Mutex<Vec<TcpStream>>,
    ended: AtomicBool,
}

/// The relay; it ends with the process.
#[derive(Debug)]
pub struct Proxy {
    shared: Arc<Shared>,
    port: u16,
}

impl Proxy {
    /// Relays connections on a free port of the loopback interface to `port`.
    ///
    /// # Errors
    /// No port can be listened on.
    pub fn start(port: u16) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").context("listen for the relay")?;
        let own = listener.local_addr()?.port();
        let budget = AtomicI64::new(NEVER);
        let shared = Arc::new(Shared { budget, open: Mutex::default(), ended: AtomicBool::new(false) });
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if accepting.ended.load(Ordering::Acquire) {
                    return;
                }
                // A server that is down refuses: the client sees its connection closed.
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                relay(&accepting, &client, &server);
            }
        });
        Ok(Self { shared, port: own })
    }

    /// Where to connect to.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Cuts all connections when that many further bytes have passed towards the database.
    pub fn cut_after(&self, bytes: u32) {
        self.shared.budget.store(i64::from(bytes), Ordering::Release);
    }

    /// Cuts all connections now.
    pub fn cut(&self) {
        self.shared.cut();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.ended.store(true, Ordering::Release);
        self.cut();
        // Wakes the accepting thread.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

impl Shared {
    fn cut(&self) {
        self.budget.store(NEVER, Ordering::Release);
        for stream in self.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// How many of `length` bytes may pass; fewer: cut then.
    fn pass(&self, length: usize) -> usize {
        let wanted = i64::try_from(length).unwrap_or(NEVER);
        if self.budget.load(Ordering::Acquire) == NEVER {
            return length;
        }
        let before = self.budget.fetch_sub(wanted, Ordering::AcqRel);
        usize::try_from(before.clamp(0, wanted)).unwrap_or(length)
    }
}

fn relay(shared: &Arc<Shared>, client: &TcpStream, server: &TcpStream) {
    let pairs = [(client, server, true), (server, client, false)];
    for (from, to, towards) in pairs {
        let (Ok(mut from), Ok(mut to)) = (from.try_clone(), to.try_clone()) else { return };
        let _ = to.set_nodelay(true);
        if let Ok(kept) = from.try_clone() {
            shared.open.lock().unwrap_or_else(PoisonError::into_inner).push(kept);
        }
        let shared = shared.clone();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 << 10];
            while let Ok(length @ 1..) = from.read(&mut buffer) {
                let passing = if towards { shared.pass(length) } else { length };
                let sent = buffer.get(..passing).is_some_and(|bytes| to.write_all(bytes).is_ok());
                if passing < length {
                    shared.cut();
                }
                if !sent {
                    break;
                }
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
