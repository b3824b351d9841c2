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
finding-LIMIT_EXCEEDED = The file holds more than we check at once.
    .limit = The file holds more than we check at once (more than { $limit } of one kind).

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
finding-NOT_CHECKED = The credential names something that we did not check, such as a schema that we do not carry. This decides nothing.
finding-CONTEXT_ORDER_UNUSUAL = The list of vocabularies is in an unusual order. The meaning is the same.
finding-KEY_WITHOUT_FRAGMENT = The signature names its key in an incomplete way. We found the key all the same.

finding-JWT_INVALID = This looks like a signed token, but it is not one that every reader would take apart in the same way.
finding-PICTURE_INVALID = This picture does not hold exactly one credential that can be read.
finding-ALGORITHM_MISMATCH = The proof names another kind of signature than its key makes, or no signature at all.
finding-JWT_CLAIM_MISMATCH = The token around the credential says something else than the credential within it.
    .claim = The token’s “{ $claim }” says something else than the credential within it.
finding-KEY_REVOKED = The issuer has revoked the key that signed it, or the key’s time has ended.
finding-STATUS_OK = The issuer’s list was verified and says nothing against this credential.
finding-REVOKED = The issuer has withdrawn this credential.
finding-SUSPENDED = The issuer has suspended this credential for the time being.
finding-STATUS_UNREACHABLE = We could not get the list that says whether the credential was withdrawn.
    .host = We could not get the list from { $host } that says whether the credential was withdrawn.
finding-STATUS_LIST_UNVERIFIED = The list that says whether the credential was withdrawn could not be verified, so what it says decides nothing.
finding-STATUS_LIST_INVALID = The list that the credential names is malformed, or is for something else than what the credential says.
finding-STATUS_LIST_ISSUER = The list that the credential names is signed by somebody else than the credential’s issuer.
finding-STATUS_INDEX_INVALID = The list that the credential names has no such entry.
finding-STATUS_STALE = The list that says whether the credential was withdrawn was fetched too long ago.
finding-SUBJECT_NAME_ONLY = The credential bears the applicant’s name and nothing else that could be compared. Many people may bear that name.
finding-HOLDER_OK = Whoever handed this in has signed for it, for this occasion.
finding-HOLDER_PROOF_MISSING = We asked for a signature of the holder, and there is none.
finding-CHALLENGE_MISMATCH = The presentation answers another request than ours. It may have been made for somebody else and copied.
finding-DOMAIN_MISMATCH = The presentation was made for somebody else than this employer.
finding-REFRESH_CURRENT = The issuer has nothing newer than this credential.
finding-REFRESH_NEWER = The issuer has a newer version of this credential.
finding-REFRESH_UNREACHABLE = We could not find out whether the issuer has a newer version.
finding-REFRESH_INVALID = What the issuer’s service sent as a newer version does not pass. It was left aside.
finding-ENDORSEMENT_OK = An endorsement that passed.
    .issuer = An endorsement by { $issuer } that passed.
finding-ENDORSEMENT_UNDECIDED = An endorsement that could not be checked.
    .issuer = An endorsement by { $issuer } that could not be checked.
finding-ENDORSEMENT_FAILED = An endorsement that does not hold.
    .issuer = An endorsement by { $issuer } that does not hold.
finding-JWT_CLAIM_ABSENT = The token leaves out claims that its profile asks for. What it says agrees with the credential.
    .claims = The token leaves out claims that its profile asks for ({ $claims }). What it says agrees with the credential.
finding-STATUS_LIST_SHORT = The issuer’s list is so short that looking into it may tell whose credential is checked.
finding-STATUS_LIST_ELSEWHERE = The issuer’s list calls itself by another address than the one it was found at.
finding-STATUS_LIST_UNSIGNED = The list of withdrawn credentials is not signed. It was taken as it came over a secure connection.
finding-STATUS_AGED = The list that says whether the credential was withdrawn is not quite fresh.
finding-STATUS_MESSAGE = The issuer attached a message to the credential.
    .message = The issuer says: { $message }
finding-REFRESH_OFFERED = The issuer’s list says that there is a newer version of this credential.
finding-SUBJECT_DIFFERS = This credential names another identifier for its subject than the record it stands in.
finding-CREATOR_DIFFERS = The achievement was created by somebody else than who awards it here.
    .creator = The achievement was created by { $creator }, and is awarded here by somebody else.
finding-REGISTRY_UNREACHABLE = A registry of issuers could not be asked whether it lists this issuer.
    .registry = The registry “{ $registry }” could not be asked whether it lists this issuer.
finding-REGISTRY_INVALID = A registry of issuers answered with something that cannot be relied on.
    .registry = The registry “{ $registry }” answered with something that cannot be relied on.
finding-KEY_DOCUMENT_AGED = The list of the issuer’s keys was fetched some time ago, because it could not be had anew.
    .since = The list of the issuer’s keys could not be had anew; the one used was fetched at { $since }.
