//! A small file system of its own, which can be filled: a tmpfs in a mount namespace that a process holds open.
//!
//! The daemon runs inside, so that its data directory lies there; the directory survives the daemon's death, for the
//! holder lives on. Nothing is mounted that anybody else sees, and an ordinary user can do it where the system lets
//! users have namespaces.

use anyhow::{Context, Result, bail};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// The file that fills it.
const FILLER: &str = "filler";

/// The file system.
#[derive(Debug)]
pub struct SmallDisk {
    holder: Child,
    place: PathBuf,
    root: bool,
}

impl SmallDisk {
    /// Mounts one of `mebibytes` at `place`, an empty directory.
    ///
    /// # Errors
    /// The system does not let this user do it.
    pub fn mount(place: &Path, mebibytes: u64) -> Result<Self> {
        let root = rustix::process::geteuid().is_root();
        let mut command = Command::new("unshare");
        if !root {
            command.args(["--user", "--map-root-user"]);
        }
        let script = format!(
            "mount -t tmpfs -o size={mebibytes}m,mode=0777 tmpfs '{}' && echo mounted && exec sleep infinity",
            place.display()
        );
        command.args(["--mount", "--propagation", "private", "sh", "-c", &script]);
        let mut holder = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("start unshare")?;
        let mut said = [0; 8];
        let heard = holder.stdout.as_mut().context("no output of unshare")?.read_exact(&mut said);
        if heard.is_err() || &said != b"mounted\n" {
            let _ = holder.kill();
            let _ = holder.wait();
            bail!("this user may not mount a file system in a namespace of its own");
        }
        Ok(Self { holder, place: place.to_owned(), root })
    }

    /// `program`, to be run inside.
    #[must_use]
    pub fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("nsenter");
        if !self.root {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.args(["--mount", "--target", &self.holder.id().to_string(), "--"]).arg(program);
        command
    }

    /// A file of it, as it is reached from outside.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        let inside = self.place.strip_prefix("/").unwrap_or(&self.place);
        PathBuf::from(format!("/proc/{}/root", self.holder.id())).join(inside).join(name)
    }

    /// Takes all space that is left.
    ///
    /// # Errors
    /// It cannot be written to at all.
    pub fn fill(&self) -> Result<()> {
        use std::io::Write as _;
        let mut file = std::fs::File::create(self.path(FILLER)).context("fill the small disk")?;
        let mut chunk = vec![1_u8; 1 << 20];
        while !chunk.is_empty() {
            // Smaller and smaller pieces, down to the last byte.
            if file.write_all(&chunk).is_err() {
                chunk.truncate(chunk.len() / 2);
            }
        }
        Ok(())
    }

    /// Gives the space back.
    ///
    /// # Errors
    /// The file cannot be removed.
    pub fn relieve(&self) -> Result<()> {
        std::fs::remove_file(self.path(FILLER)).context("relieve the small disk")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
