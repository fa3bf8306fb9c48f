//! The contract of `wit/`, as Rust types: the world `mapper`, and in [`enricher`] the world of that name, which shares
//! its types. Generated; the rest of the SDK wraps it.
#![allow(missing_docs, clippy::all, clippy::pedantic, unsafe_code, unreachable_pub, reason = "generated code")]

#[cfg(not(feature = "testing"))]
wit_bindgen::generate!({
    path: "../../wit",
    world: "mapper",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "concentrator_sdk::bindings",
    additional_derives: [Clone, PartialEq, Default],
    additional_derives_ignore: [
        "table-rows", "level", "output", "column-type", "custom-column", "custom-table", "custom-value", "custom-row",
        "custom-rows", "description", "enricher-description", "enriched", "rejection",
    ],
});

// The same, with rows that can be printed as JSON and read from it.
#[cfg(feature = "testing")]
wit_bindgen::generate!({
    path: "../../wit",
    world: "mapper",
    pub_export_macro: true,
    export_macro_name: "export_bindings",
    default_bindings_module: "concentrator_sdk::bindings",
    additional_derives: [Clone, PartialEq, Default, serde::Serialize, serde::Deserialize],
    additional_derives_ignore: [
        "table-rows", "level", "output", "column-type", "custom-column", "custom-table", "custom-value", "custom-row",
        "custom-rows", "description", "enricher-description", "enriched", "rejection",
    ],
});

pub mod enricher {
    //! The world `enricher`.
    wit_bindgen::generate!({
        path: "../../wit",
        world: "enricher",
        pub_export_macro: true,
        export_macro_name: "export_enricher_bindings",
        default_bindings_module: "concentrator_sdk::bindings::enricher",
        with: {
            "concentrator:mapping/host@0.2.0": crate::bindings::concentrator::mapping::host,
            "concentrator:mapping/rows@0.2.0": crate::bindings::concentrator::mapping::rows,
            "concentrator:mapping/types@0.2.0": crate::bindings::concentrator::mapping::types,
        },
    });
}
