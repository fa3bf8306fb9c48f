//! What projects are made of, as the build script found it in this repository.

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
