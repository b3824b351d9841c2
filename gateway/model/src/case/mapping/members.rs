//! The members that each kind of object has, and since when. From the schemas of CASE 1.0 and 1.1.

use crate::case::{
    CaseVersion::{self, V1p0, V1p1},
    ObjectKind,
};

/// One member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member {
    pub name: &'static str,
    pub form: Form,
    pub since: CaseVersion,
}

/// What becomes of its value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// It stays as it is.
    As,
    /// A list of texts, of which 1.0 also allows a single one.
    Texts,
    /// A day, of which 1.0 also allows a time.
    Day,
    One(&'static [Member]),
    Many(&'static [Member]),
    /// A list of objects.
    Listed,
}

const fn member(name: &'static str, form: Form, since: CaseVersion) -> Member {
    Member { name, form, since }
}

macro_rules! members {
    ($($name:literal $form:expr, $since:expr;)+) => {&[$(member($name, $form, $since),)+]};
}

use Form::{As, Day, Listed, Many, One, Texts};

const LINK: &[Member] = members! { "title" As, V1p0; "identifier" As, V1p0; "uri" As, V1p0; };
const END: &[Member] = members! { "title" As, V1p0; "identifier" As, V1p0; "uri" As, V1p0; "targetType" As, V1p1; };

const DOCUMENT: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "CFPackageURI" One(LINK), V1p0; "frameworkType" As, V1p1; "caseVersion" As, V1p1;
    "creator" As, V1p0; "title" As, V1p0; "lastChangeDateTime" As, V1p0; "officialSourceURL" As, V1p0; "publisher" As, V1p0;
    "description" As, V1p0; "subject" Texts, V1p0; "subjectURI" Many(LINK), V1p0; "language" As, V1p0; "version" As, V1p0;
    "adoptionStatus" As, V1p0; "statusStartDate" Day, V1p0; "statusEndDate" Day, V1p0; "licenseURI" One(LINK), V1p0;
    "notes" As, V1p0; "extensions" As, V1p1;
};
const ITEM: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "CFDocumentURI" One(LINK), V1p0; "fullStatement" As, V1p0;
    "alternativeLabel" As, V1p0; "CFItemType" As, V1p0; "CFItemTypeURI" One(LINK), V1p0; "humanCodingScheme" As, V1p0;
    "listEnumeration" As, V1p0; "abbreviatedStatement" As, V1p0; "conceptKeywords" Texts, V1p0;
    "conceptKeywordsURI" One(LINK), V1p0; "notes" As, V1p0; "subject" Texts, V1p1; "subjectURI" Many(LINK), V1p1;
    "language" As, V1p0; "educationLevel" Texts, V1p0; "licenseURI" One(LINK), V1p0; "statusStartDate" Day, V1p0;
    "statusEndDate" Day, V1p0; "lastChangeDateTime" As, V1p0; "extensions" As, V1p1;
};
const ASSOCIATION: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "CFDocumentURI" One(LINK), V1p0; "associationType" As, V1p0;
    "sequenceNumber" As, V1p0; "originNodeURI" One(END), V1p0; "destinationNodeURI" One(END), V1p0;
    "CFAssociationGroupingURI" One(LINK), V1p0; "lastChangeDateTime" As, V1p0; "notes" As, V1p1; "extensions" As, V1p1;
};
const CONCEPT: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "title" As, V1p0; "keywords" As, V1p0; "hierarchyCode" As, V1p0;
    "description" As, V1p0; "lastChangeDateTime" As, V1p0; "extensions" As, V1p1;
};
const SUBJECT: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "title" As, V1p0; "hierarchyCode" As, V1p0; "description" As, V1p0;
    "lastChangeDateTime" As, V1p0; "extensions" As, V1p1;
};
const LICENSE: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "title" As, V1p0; "description" As, V1p0; "licenseText" As, V1p0;
    "lastChangeDateTime" As, V1p0; "extensions" As, V1p1;
};
const ITEM_TYPE: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "title" As, V1p0; "description" As, V1p0; "hierarchyCode" As, V1p0;
    "typeCode" As, V1p0; "lastChangeDateTime" As, V1p0; "extensions" As, V1p1;
};
const ASSOCIATION_GROUPING: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "title" As, V1p0; "description" As, V1p0; "lastChangeDateTime" As, V1p0;
    "extensions" As, V1p1;
};
const RUBRIC: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "title" As, V1p0; "description" As, V1p0; "lastChangeDateTime" As, V1p0;
    "CFRubricCriteria" Many(CRITERION), V1p0; "extensions" As, V1p1;
};
const CRITERION: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "category" As, V1p0; "description" As, V1p0; "CFItemURI" One(LINK), V1p0;
    "weight" As, V1p0; "position" As, V1p0; "rubricId" As, V1p0; "lastChangeDateTime" As, V1p0;
    "CFRubricCriterionLevels" Many(LEVEL), V1p0; "extensions" As, V1p1;
};
const LEVEL: &[Member] = members! {
    "identifier" As, V1p0; "uri" As, V1p0; "description" As, V1p0; "quality" As, V1p0; "score" As, V1p0; "feedback" As, V1p0;
    "position" As, V1p0; "rubricCriterionId" As, V1p0; "lastChangeDateTime" As, V1p0; "extensions" Listed, V1p1;
};

pub(super) const fn members(kind: ObjectKind) -> &'static [Member] {
    match kind {
        ObjectKind::Document => DOCUMENT,
        ObjectKind::Item => ITEM,
        ObjectKind::Association => ASSOCIATION,
        ObjectKind::Concept => CONCEPT,
        ObjectKind::Subject => SUBJECT,
        ObjectKind::License => LICENSE,
        ObjectKind::ItemType => ITEM_TYPE,
        ObjectKind::AssociationGrouping => ASSOCIATION_GROUPING,
        ObjectKind::Rubric => RUBRIC,
    }
}

/// Whether there is a place for members that CASE does not know.
pub(super) fn has_extensions(members: &[Member]) -> bool {
    members.iter().any(|member| member.name == "extensions")
}

/// Whether `name` is a member of documents in this version.
pub(super) fn is_of_document(name: &str, version: CaseVersion) -> bool {
    DOCUMENT.iter().any(|member| member.name == name && member.since <= version)
}
