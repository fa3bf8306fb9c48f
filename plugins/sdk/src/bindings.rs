//! The contract of `wit/`, as Rust types. Generated; the rest of the SDK wraps it.
#![allow(missing_docs, clippy::all, clippy::pedantic, unsafe_code, unreachable_pub, reason = "generated code")]

#[cfg(not(feature = "testing"))]
wit_bindgen::generate!({
    path: "../../wit",
    world: "mapper",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "concentrator_sdk::bindings",
    additional_derives: [Clone, PartialEq, Default],
    additional_derives_ignore: ["table-rows", "level", "output"],
});

// The same, with rows that can be printed as JSON.
#[cfg(feature = "testing")]
wit_bindgen::generate!({
    path: "../../wit",
    world: "mapper",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "concentrator_sdk::bindings",
    additional_derives: [Clone, PartialEq, Default, serde::Serialize],
    additional_derives_ignore: ["table-rows", "level", "output"],
});
