//! The contract as a page, from its WIT.

use std::fmt::Write as _;

use wit_parser::{Docs, Function, Handle, Interface, Resolve, Type, TypeDef, TypeDefKind, TypeId, WorldItem, WorldKey};

use super::cell;
use crate::failure::Failure;

/// Interfaces in the order in which an author meets them.
const INTERFACES: [&str; 4] = ["types", "http", "host", "inbound"];

pub fn page(wit: &str) -> Result<String, Failure> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source("connector.wit", wit).map_err(Failure::internal)?;
    let package = &resolve.packages[package];
    let mut page = format!(
        "# The contract\n\nMade from `plugins/wit/0.1/connector.wit` by `wellspring-connector reference`. Package `{}`.\n",
        package.name
    );
    for world in package.worlds.values().map(|id| &resolve.worlds[*id]) {
        let _written = write!(page, "\n## What a connector exports\n\n{}\n", docs(&world.docs));
        for (key, item) in &world.exports {
            if let (WorldKey::Name(_), WorldItem::Function(function)) = (key, item) {
                function_part(&resolve, function, &mut page);
            }
        }
    }
    for name in INTERFACES {
        if let Some(id) = package.interfaces.get(name) {
            interface(&resolve, &resolve.interfaces[*id], name, &mut page);
        }
    }
    Ok(page)
}

/// Writing into a text cannot fail, so what `write!` says of it is not looked at; here and below.
fn interface(resolve: &Resolve, interface: &Interface, name: &str, page: &mut String) {
    let _written = write!(page, "\n## Interface `{name}`\n\n{}\n", docs(&interface.docs));
    let functions = interface.functions.values().filter(|function| !function.name.starts_with('['));
    for function in functions {
        function_part(resolve, function, page);
    }
    for id in interface.types.values() {
        type_part(resolve, *id, interface, page);
    }
}

fn function_part(resolve: &Resolve, function: &Function, page: &mut String) {
    let parameters = function.params.iter().filter(|one| one.name != "self");
    let parameters: Vec<_> = parameters.map(|one| format!("{}: {}", one.name, shown(resolve, &one.ty))).collect();
    let result = function.result.as_ref().map(|one| format!(" -> {}", shown(resolve, one))).unwrap_or_default();
    let name = function.name.rsplit('.').next().unwrap_or(&function.name);
    let _written = write!(page, "\n### `{name}({}){result}`\n\n{}\n", parameters.join(", "), docs(&function.docs));
}

fn type_part(resolve: &Resolve, id: TypeId, interface: &Interface, page: &mut String) {
    let definition = &resolve.types[id];
    let name = definition.name.as_deref().unwrap_or_default();
    let rows: Vec<(String, String, &Docs)> = match &definition.kind {
        TypeDefKind::Record(record) => {
            record.fields.iter().map(|field| (field.name.clone(), shown(resolve, &field.ty), &field.docs)).collect()
        }
        TypeDefKind::Variant(variant) => {
            let of = |ty: &Option<Type>| ty.as_ref().map(|ty| shown(resolve, ty)).unwrap_or_default();
            variant.cases.iter().map(|case| (case.name.clone(), of(&case.ty), &case.docs)).collect()
        }
        TypeDefKind::Enum(list) => {
            list.cases.iter().map(|case| (case.name.clone(), String::new(), &case.docs)).collect()
        }
        TypeDefKind::Resource => Vec::new(),
        // Names that are borrowed from another interface.
        _ => return,
    };
    let kind = definition.kind.as_str();
    let _written = write!(page, "\n### {kind} `{name}`\n\n{}\n", docs(&definition.docs));
    if rows.is_empty() {
        let methods = interface.functions.values();
        for method in methods.filter(|one| one.name.starts_with(&format!("[method]{name}."))) {
            function_part(resolve, method, page);
        }
        return;
    }
    page.push_str("\n| name | type | |\n| --- | --- | --- |\n");
    for (name, ty, said) in rows {
        let ty = if ty.is_empty() { ty } else { format!("`{ty}`") };
        let _written = writeln!(page, "| `{name}` | {ty} | {} |", cell(&docs(said)));
    }
}

fn docs(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().to_owned()
}

fn shown(resolve: &Resolve, ty: &Type) -> String {
    let Type::Id(id) = ty else { return primitive(ty).to_owned() };
    let TypeDef { name, kind, .. } = &resolve.types[*id];
    if let Some(name) = name {
        return name.clone();
    }
    let of = |ty: &Option<Type>| ty.as_ref().map_or_else(|| "_".to_owned(), |ty| shown(resolve, ty));
    match kind {
        TypeDefKind::Option(ty) => format!("option<{}>", shown(resolve, ty)),
        TypeDefKind::List(ty) => format!("list<{}>", shown(resolve, ty)),
        TypeDefKind::Result(result) => format!("result<{}, {}>", of(&result.ok), of(&result.err)),
        TypeDefKind::Tuple(tuple) => {
            format!("tuple<{}>", tuple.types.iter().map(|ty| shown(resolve, ty)).collect::<Vec<_>>().join(", "))
        }
        TypeDefKind::Handle(Handle::Own(id)) => shown(resolve, &Type::Id(*id)),
        TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", shown(resolve, &Type::Id(*id))),
        other => other.as_str().to_owned(),
    }
}

const fn primitive(ty: &Type) -> &'static str {
    match ty {
        Type::Bool => "bool",
        Type::U8 => "u8",
        Type::U16 => "u16",
        Type::U32 => "u32",
        Type::U64 => "u64",
        Type::S8 => "s8",
        Type::S16 => "s16",
        Type::S32 => "s32",
        Type::S64 => "s64",
        Type::F32 => "f32",
        Type::F64 => "f64",
        Type::Char => "char",
        Type::String => "string",
        _ => "other",
    }
}
