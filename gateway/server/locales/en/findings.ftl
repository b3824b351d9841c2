# One sentence per finding code (docs/findings has a page for each).
#
# The message itself needs no value. An attribute is a more exact sentence: it is used when the finding carries the
# value it is named after ("a--b": both). The first attribute that can be filled wins.

finding-STRUCTURE_OK = The credential has every part its standard asks for.
finding-TYPE_UNKNOWN = This file is not a credential of a kind we know.
finding-FORMAT_UNSUPPORTED = We know this kind of file, but we cannot check it yet. That says nothing about what it claims.
    .format = This is { $format }. We know that kind of file, but we cannot check it yet. That says nothing about what it claims.
finding-MEMBER_MISSING = A part that the standard asks for is missing.
    .member = The part “{ $member }”, which the standard asks for, is missing.
finding-MEMBER_INVALID = A part of the credential has a form that the standard does not allow.
    .member = The part “{ $member }” has a form that the standard does not allow.
finding-SUBJECT_MISSING = The credential does not say who or what it is about.
finding-SUBJECT_UNIDENTIFIED = The credential does not name the person it was issued to.
finding-CONTEXT_ORDER = The list of vocabularies that gives the credential its meaning is not what the standard asks for.
finding-LIMIT_EXCEEDED = The file holds more credentials than we check at once.
    .limit = The file holds more credentials than we check at once ({ $limit }).

finding-SCHEMA_OK = The credential has the shape that is laid down for its type.
finding-SCHEMA_MISMATCH = The credential does not have the shape that is laid down for its type.

finding-SIGNATURE_OK = The signature is intact: nothing was changed since it was signed.
finding-SIGNATURE_INVALID = The signature does not match. The credential or its signature was changed after signing.
finding-PROOF_MISSING = The credential is not signed, so nothing shows that it is genuine.
finding-PROOF_INVALID = The signature block is malformed, so the signature proves nothing.
finding-SUITE_UNSUPPORTED = The credential is signed by a method that we cannot check yet.
    .suite = The credential is signed by a method that we cannot check yet ({ $suite }).
finding-PURPOSE_MISMATCH = The signature was made for another purpose than issuing a credential.
    .purpose = The signature was made for another purpose than issuing a credential ({ $purpose }).
finding-PROOF_EXPIRED = The signature had its own end date, and that date has passed.
finding-CONTEXT_UNSUPPORTED = The credential uses a vocabulary that we do not know, so the signature could not be checked.
    .context = The credential uses a vocabulary that we do not know ({ $context }), so the signature could not be checked.
finding-TERM_UNDEFINED = The credential holds a word that none of its vocabularies defines. The signature would not protect it, so we refuse it.
    .term = The credential holds a word that none of its vocabularies defines (“{ $term }”). The signature would not protect it, so we refuse it.
finding-CANONICALISATION_LIMIT = Checking this signature would take more work than we allow for one credential.

finding-ISSUER_KEY_OK = The key that signed it belongs to the issuer.
finding-KEY_UNRESOLVED = We could not get the issuer’s list of keys, so we could not check whose key signed it.
    .host = We could not get the list of keys from { $host }, so we could not check whose key signed it.
finding-KEY_NOT_AUTHORISED = The issuer’s own list of keys does not allow this key to sign credentials.
finding-ISSUER_KEY_MISMATCH = The key that signed it belongs to somebody other than the issuer.
finding-KEY_DOCUMENT_INVALID = The issuer’s list of keys was read, but it is malformed.

finding-VALIDITY_OK = The credential was in force at the time of the check.
finding-NOT_YET_VALID = The credential is not in force yet.
    .from = The credential is in force only from { $from }.
finding-EXPIRED = The credential was genuine for a time, and that time has ended.
    .until = The credential’s time ended on { $until }.
finding-DATE_INVALID = A date in the credential cannot be read, or it ends before it begins.

finding-STATUS_UNSUPPORTED = The issuer offers a way to look up whether the credential was withdrawn. We cannot use it yet, so we do not know.

finding-SUBJECT_OK = The credential is about this applicant.
finding-SUBJECT_MISMATCH = The credential is about somebody else than this applicant.
finding-SUBJECT_NOT_COMPARABLE = Nothing in the credential can be compared with what we know of the applicant, so we could not check whom it is about.

finding-WEAK_HASH = The applicant was recognised by a method (MD5) that is no longer thought safe.
finding-NOT_CHECKED = The credential carries an endorsement or an offer to renew it, which we did not check. This decides nothing.
finding-CONTEXT_ORDER_UNUSUAL = The list of vocabularies is in an unusual order. The meaning is the same.
finding-KEY_WITHOUT_FRAGMENT = The signature names its key in an incomplete way. We found the key all the same.
