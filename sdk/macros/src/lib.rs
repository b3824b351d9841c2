//! `#[connector]`: makes an implementation of `Connector` the component's exports, and says from `connector.toml` what it is.
//! Whatever of the two does not fit together is an error of the compiler, at the line that it is about.

mod manifest;

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::quote;
use syn::{Error, ImplItem, ItemImpl, spanned::Spanned as _};

use crate::manifest::Manifest;

/// Exports that are there whatever the manifest says.
const ALWAYS: &str = "check";

/// See the documentation of `wellspring_sdk`.
#[proc_macro_attribute]
pub fn connector(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let item = syn::parse_macro_input!(item as ItemImpl);
    let arguments = Tokens::from(arguments);
    if !arguments.is_empty() {
        return Error::new(arguments.span(), "`#[connector]` takes nothing: what it needs is in connector.toml")
            .into_compile_error()
            .into();
    }
    expand(&item).unwrap_or_else(Error::into_compile_error).into()
}

#[expect(clippy::disallowed_methods, reason = "Cargo tells a macro of its crate in no other way")]
fn expand(item: &ItemImpl) -> Result<Tokens, Error> {
    let folder = std::env::var("CARGO_MANIFEST_DIR").unwrap_or_default();
    let version = std::env::var("CARGO_PKG_VERSION").unwrap_or_default();
    let manifest = Manifest::read(folder.as_ref()).map_err(|message| Error::new(item.self_ty.span(), message))?;
    if manifest.version != version {
        let message = format!("Cargo.toml says version {version}, connector.toml {}", manifest.version);
        return Err(Error::new(item.self_ty.span(), message));
    }
    compare(item, &manifest)?;

    let connector = &item.self_ty;
    let Manifest { id, contract, display_level, events, bases, credentials, schema, files, .. } = &manifest;
    // Naming the files makes the compiler look again when they change.
    Ok(quote! {
        #item

        impl ::wellspring_sdk::Described for #connector {
            const DESCRIPTION: ::wellspring_sdk::Description = ::wellspring_sdk::Description {
                id: #id,
                version: #version,
                contract: #contract,
                display_level: #display_level,
                events: &[#(#events),*],
                bases: &[#(#bases),*],
                credentials: &[#(#credentials),*],
                settings_schema: #schema,
            };
        }

        #(const _: &[u8] = include_bytes!(#files);)*

        type WellspringExports = ::wellspring_sdk::Exports<#connector>;
        ::wellspring_sdk::bindings::export!(WellspringExports with_types_in ::wellspring_sdk::bindings);
    })
}

/// What is implemented is what the manifest names.
fn compare(item: &ItemImpl, manifest: &Manifest) -> Result<(), Error> {
    let methods: Vec<_> = item
        .items
        .iter()
        .filter_map(|one| if let ImplItem::Fn(method) = one { Some(&method.sig.ident) } else { None })
        .collect();
    let event = |method: &syn::Ident| method.to_string().replace('_', "-");
    for method in &methods {
        let event = event(method);
        if event != ALWAYS && !manifest.events.contains(&event) {
            let message = format!("connector.toml does not name `{event}` among its events: nobody would call this");
            return Err(Error::new(method.span(), message));
        }
    }
    match manifest.events.iter().find(|name| !methods.iter().any(|method| event(method) == **name)) {
        Some(missing) => {
            let message = format!("connector.toml names the event `{missing}`, and it is not implemented here");
            Err(Error::new(item.self_ty.span(), message))
        }
        None => Ok(()),
    }
}
