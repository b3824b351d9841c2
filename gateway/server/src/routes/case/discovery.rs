//! The service description: an OpenAPI document of what this provider answers to.

use axum::{
    Json,
    extract::Path,
    response::{IntoResponse, Response},
};
use serde_json::{Map, Value, json};
use wellspring_model::case::CaseVersion;

use super::{Reader, Status};

/// Everything that is asked for by an identifier, with what is answered.
const OBJECTS: [(&str, &str, &str); 11] = [
    ("CFPackages", "CFPackage", "A framework with everything in it."),
    ("CFDocuments", "CFDocument", "What a framework says of itself."),
    ("CFItems", "CFItem", "One item."),
    ("CFItemAssociations", "CFAssociationSet", "An item with the associations that lead from or to it."),
    ("CFAssociations", "CFAssociation", "One association."),
    ("CFAssociationGroupings", "CFAssociationGrouping", "One grouping of associations."),
    ("CFConcepts", "CFConceptSet", "A concept with those below it."),
    ("CFItemTypes", "CFItemTypeSet", "A type of items with those below it."),
    ("CFLicenses", "CFLicense", "One licence."),
    ("CFRubrics", "CFRubric", "A rubric with its criteria and levels."),
    ("CFSubjects", "CFSubjectSet", "A subject with those below it."),
];
/// What a list can be asked.
const PARAMETERS: [(&str, &str); 6] = [
    ("limit", "Documents on a page, 1 to 1000; 100 if absent."),
    ("offset", "How many documents come before the page."),
    ("sort", "A member of CFDocument to sort by."),
    ("orderBy", "`asc` or `desc`."),
    ("filter", "Comparisons such as `title~'math' AND adoptionStatus='Adopted'`."),
    ("fields", "Members of CFDocument to answer with, separated by commas."),
];

pub async fn show(reader: Reader, Path((_, _, file)): Path<(String, String, String)>) -> Result<Response, Status> {
    if file != name(reader.version) {
        return Err(Status::unknown_address());
    }
    Ok(Json(description(&reader.base, reader.version)).into_response())
}

/// As the binding of each version calls it.
fn name(version: CaseVersion) -> String {
    format!("imscase{}_openapi3_v1p0.json", version.segment())
}

fn description(base: &str, version: CaseVersion) -> Value {
    let mut paths = Map::new();
    let parameters: Vec<Value> = PARAMETERS
        .iter()
        .map(|(name, what)| json!({"name": name, "in": "query", "description": what, "schema": {"type": "string"}}))
        .collect();
    paths.insert(
        "/CFDocuments".to_owned(),
        operation("getAllCFDocuments", "CFDocumentSet", "All frameworks.", parameters),
    );
    for (collection, answer, what) in OBJECTS {
        let id = json!({"name": "sourcedId", "in": "path", "required": true, "schema": {"type": "string", "format": "uuid"}});
        let operation = operation(&format!("get{answer}"), answer, what, vec![id]);
        paths.insert(format!("/{collection}/{{sourcedId}}"), operation);
    }
    json!({
        "openapi": "3.0.1",
        "info": {
            "title": format!("CASE {version} service of a Wellspring Gateway"),
            "description": "Frameworks that their owner has published are read without a key.",
            "version": version.as_str(),
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"key": []}],
    })
}

fn operation(id: &str, answer: &str, what: &str, parameters: Vec<Value>) -> Value {
    let content = |name: &str| json!({"description": name, "content": {"application/json": {"schema": {"type": "object", "title": name}}}});
    let mut responses = Map::new();
    responses.insert("200".to_owned(), content(answer));
    for status in ["400", "401", "404", "500", "503"] {
        responses.insert(status.to_owned(), content("imsx_StatusInfo"));
    }
    json!({"get": {"operationId": id, "summary": what, "parameters": parameters, "responses": responses}})
}
