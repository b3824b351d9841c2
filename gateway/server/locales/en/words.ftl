# Words and short sentences for the closed lists of the domain.

outcome-passed = Passed
outcome-failed = Failed
outcome-undetermined = Could not be checked

# The whole credential, in one sentence.
credential-passed = Genuine: every check passed.
credential-failed = At least one check failed.
credential-undetermined = At least one check could not be made. That does not mean that the credential is false.

check-structure = Required parts
check-schema = Shape of the data
check-proof = Signature
check-issuer_key = Issuer’s key
check-validity = Dates
check-status = Withdrawn or not
check-subject = About the applicant
check-holder = Handed in by its owner
check-refresh = Newer version
check-endorsement = Endorsements

trust-trusted = The employer accepts this issuer.
trust-not_listed = The employer’s list does not name this issuer. The list says whom the employer knows, not who is good.
trust-denied = The employer does not accept this issuer.
trust-undetermined = We could not check whether the employer accepts this issuer.
trust-none = Nobody asked whether this issuer is accepted.
trust-step-denied = The employer’s list of issuers that it does not accept names this one.
trust-step-listed = The employer’s own list { $answer ->
    [yes] names this issuer.
   *[no] does not name this issuer.
}
trust-step-registry = The registry “{ $list }” { $answer ->
    [yes] lists this issuer.
    [no] does not list this issuer.
   *[unknown] could not be asked.
}
trust-step-accredited = { $answer ->
    [yes] { $list } vouches for this issuer in the credential.
   *[no] { $list } does not vouch for this issuer in the credential.
}
trust-step-obtained = { $sentence } As of { $obtained }, version { $version }.

binding-holder_proof = The applicant has proved to hold the identifier that the credential names.
binding-subject_id = The credential names the applicant by their own identifier.
binding-hashed_identifier = The credential names the applicant by a fingerprint of their e-mail address.
binding-plain_identifier = The credential names the applicant by their e-mail address.
binding-record = The credential names the same person as the record around it, which names the applicant.
binding-name_only = The credential bears the applicant’s name and nothing else that could be compared.
binding-none = Not shown to be about this applicant.

# One requirement: a state of a few words, and why.
line-SAME_ITEM = Verified
line-EXACT_MATCH = Verified
line-TRANSLATION = Verified
line-EARLIER_EDITION = Verified, in an earlier edition
line-PARTS = Verified in part
line-BROADER = Something broader verified
line-PEER = Something similar verified
line-LATER_STEP = A later step verified
line-OLDER = Verified, some time ago
line-LEVEL_BELOW = Verified at a lower level
line-LEVEL_UNKNOWN = Verified, level not stated
line-LEVEL_NOT_COMPARABLE = Verified, level not comparable
line-NO_EVIDENCE = No verified evidence supplied

line-why-SAME_ITEM = The credential names this very requirement.
line-why-EXACT_MATCH = The credential names a skill that its framework declares to be the same as this requirement.
line-why-TRANSLATION = The credential names this requirement in another language.
line-why-EARLIER_EDITION = The credential names a skill that this requirement has replaced, so it is worth a little less.
line-why-PARTS = The credentials name some of the parts of this requirement. It is worth the share of its parts that is verified, and never as much as the whole.
line-why-BROADER = The credential names something broader that this requirement is a part of. Whether this part was in it is not said, so it is worth less.
line-why-PEER = The credential names a skill that its framework puts beside this requirement, so it is worth less.
line-why-LATER_STEP = The credential names a step that comes after this requirement. That this one was taken is not said, so it is worth less.
line-why-OLDER = The credential proves this requirement, and is older than what the employer counts in full here. The rule is stated with its reason.
line-why-LEVEL_BELOW = The credential proves this skill at a lower level than the one that is asked for. It is worth the share that the level has.
line-why-LEVEL_UNKNOWN = The credential proves this skill, but it does not say at which level. Until somebody says it, it counts as the lowest.
line-why-LEVEL_NOT_COMPARABLE = The credential proves this skill at a level of another scale, and nobody has said how the two scales compare. It counts as the lowest level.
line-why-NO_EVIDENCE = Nothing that was handed in and counts names this requirement. This says nothing about what the person can do.

not-counted-VERIFICATION_FAILED = A check of this credential failed.
not-counted-VERIFICATION_UNDETERMINED = This credential could not be fully checked. That does not mean that it is false.
not-counted-ISSUER_NOT_TRUSTED = The credential is genuine, but the employer’s list does not name its issuer.
not-counted-ISSUER_DENIED = The credential is genuine, but the employer does not accept its issuer.
not-counted-NOT_BOUND_TO_APPLICANT = The credential is genuine, but nothing shows that it is about this applicant.
not-counted-CREATOR_NOT_ISSUER = Somebody else has created this achievement, and nothing says that this issuer may award it.
not-counted-SELF_ASSERTED = The person says this about themselves. It is shown, and it is no evidence.
not-counted-NOT_EARNED = The credential itself says that this was not earned, or not yet.
not-counted-MACHINE_MATCHED = A machine compared texts to say this. Nobody assessed it, so it is shown and not scored.
not-counted-NOT_ASKED_FOR = This job does not ask for it.

failure-INVALID_INPUT = The ATS refused the content that was sent.
failure-NOT_FOUND = The ATS does not know this candidate or application.
failure-CONFLICT = Somebody changed the same record at the ATS at the same time.
failure-AUTH = The ATS does not accept the connection’s credentials.
failure-FORBIDDEN = The connection’s credentials are good, but they lack a right at the ATS.
failure-RATE_LIMITED = The ATS asked us to wait before sending more.
failure-UPSTREAM = The ATS gave an answer that the connector did not expect.
failure-UNAVAILABLE = The ATS could not be reached or was out of service.
failure-UNSUPPORTED = The connector does not offer this.
failure-INTERNAL = The connector met a fault of its own.
failure-GUEST_CPU = The connector was stopped: it used more computing time than it may.
failure-GUEST_MEMORY = The connector was stopped: it asked for more memory than it may have.
failure-GUEST_TRAP = The connector crashed.
failure-GUEST_HOST_CALLS = The connector was stopped: it made more calls, or sent more data, than it may.
failure-ORIGIN_DENIED = The connector was stopped: it asked for an address that nobody approved.
failure-DEADLINE = The delivery took too long and was stopped.
failure-CONNECTOR_MISSING = The connector is not installed.
failure-CONNECTION_INVALID = The connection, or something it needs, is missing or incomplete.
failure-INTERRUPTED = The gateway's process ended in the midst of every attempt.
failure-GONE = The endpoint was removed, or says that it is gone.
failure-RETIRED = The result is past the time that it is kept for.

# The result of an assessment. $musts is how many musts the job has.
headline = { $musts ->
        [0] { $verified } of { $requirements } requirements verified{ $partly ->
            [0] {""}
           *[other] , { $partly } in part
        }{ $unclear ->
            [0] {""}
           *[other] , { $unclear } at a level that is not known
        }
       *[other] { $verified } of { $requirements } requirements verified{ $partly ->
            [0] {""}
           *[other] , { $partly } in part
        }{ $unclear ->
            [0] {""}
           *[other] , { $unclear } at a level that is not known
        }, { $met } of { $musts } musts met
    }
headline-nothing-asked = This job lists no requirements
summary-score = Score: { $score } of 100
summary-score-range = Score: { $score } of 100 (between { $low } and { $high }, because not every level is known)
summary-line = { $statement }: { $state }
summary-line-must = { $statement } (must): { $state }
summary-line-evidence = { $line }. Evidence: { $evidence }
summary-line-issuer = { $line }. Evidence: { $evidence }, issued by { $issuer }
summary-more = { $count ->
        [one] 1 more requirement is in the report.
       *[other] { $count } more requirements are in the report.
    }
summary-not-counted = { $count ->
        [one] 1 item was shown but not counted; the report says why.
       *[other] { $count } items were shown but not counted; the report says why.
    }
summary-not-checked = { $count ->
        [one] 1 credential could not be fully checked. That does not mean that it is false.
       *[other] { $count } credentials could not be fully checked. That does not mean that they are false.
    }
summary-people-decide = “No verified evidence supplied” does not mean “not skilled”. People decide, not this score.

# What a re-check found. $before is what was said before, in the same words.
correction-headline = Correction: { $headline }
withdrawal-headline-applicant = Withdrawn by the applicant: the earlier result of these learner records no longer counts.
withdrawal-headline-employer = Withdrawn by the employer: the earlier result of these learner records no longer counts.
correction-dates = A check on { $now } came to something else than the result of { $before }.
correction-again = Learner records were handed in again on { $now }. This is their result; it takes the place of the one for those of { $before }.
correction-after-withdrawal = The result for the learner records of { $before } was withdrawn. Learner records were handed in again on { $now }, and this is their result.
change-policy = Scored by another policy of the employer: { $now } (before: { $before })
change-credential = { $name }: { $now } (before: { $before })
change-credential-why = { $change }. { $why }
change-line = { $statement }: { $now } (before: { $before })
change-score = { $now } (before: { $before })
change-elsewhere = Something else in the checks changed; the report has it.
change-more = { $count ->
        [one] 1 more change is in the report.
       *[other] { $count } more changes are in the report.
    }

date = { $month ->
        [1] { $day } January { $year }
        [2] { $day } February { $year }
        [3] { $day } March { $year }
        [4] { $day } April { $year }
        [5] { $day } May { $year }
        [6] { $day } June { $year }
        [7] { $day } July { $year }
        [8] { $day } August { $year }
        [9] { $day } September { $year }
        [10] { $day } October { $year }
        [11] { $day } November { $year }
       *[12] { $day } December { $year }
    }
date-time = { $date } at { $time } UTC
