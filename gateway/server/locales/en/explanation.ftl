# Why a requirement got what it got, in sentences (src/sentences/line.rs).

# The states of requirements, for counting them.
state-verified = Verified
state-partly = Verified in part
state-level-unknown = Verified, level not known
state-no-evidence = No verified evidence supplied

# The associations from the evidence to the requirement. Each step takes what stands before it as $path.
path-whole = The credential names { $path }.
path-item = “{ $item }”
path-exact-match = { $path }, which is declared an exact match of “{ $item }”
path-translation = { $path }, which is a translation of “{ $item }”
path-replaced-by = { $path }, which was replaced by “{ $item }”
path-replaces = { $path }, which replaces “{ $item }”
path-part-of = { $path }, which is one part of “{ $item }”
path-has-part = { $path }, which has “{ $item }” as one of its parts
path-peer = { $path }, which is declared a peer of “{ $item }”
path-precedes = { $path }, which comes before “{ $item }”
path-follows = { $path }, which comes after “{ $item }”
path-other = { $path }, which is associated ({ $kind }) with “{ $item }”

evidence-issued-by = “{ $evidence }”, issued by { $issuer }
evidence-alone = “{ $evidence }”
evidence-kind-assessed = Assessed: the credential states a result.
evidence-kind-issued = Awarded: the credential states no result of an assessment.

named-identifier = By the identifier of the item.
named-address = By the address of the item.
named-code = By a code that is the identifier of the item.
named-code_in_framework = By a code and the title of its framework. That is less sure than an identifier.
named-elsewhere = By an address of something that none of the frameworks here has.

# What a requirement is worth so far.
worth-shown = { $percent } % of what is asked is shown by verified evidence.
worth-unknown = Between { $low } % and { $high } % of what is asked is shown by verified evidence: the level is not known.
worth-none = 0 % of what is asked is shown by verified evidence.
worth-level = The level counts { $level } %: place { $shown } on the scale, where place { $required } is asked.
points = That is { $points } of the { $most } points out of 100 that this requirement can bring.
points-range = That is { $low } to { $high } of the { $most } points out of 100 that this requirement can bring.

# The employer's rule about the age of evidence, where there is one.
recency = { $months ->
        [one] Evidence of this counts in full for 1 month, and { $percent } % after that, as of the application on { $date }. The employer’s reason: “{ $reason }”
       *[other] Evidence of this counts in full for { $months } months, and { $percent } % after that, as of the application on { $date }. The employer’s reason: “{ $reason }”
    }
recency-older = { $months ->
        [one] At the application on { $date } this evidence was older than 1 month, so it counts { $percent } %. The employer’s reason: “{ $reason }”
       *[other] At the application on { $date } this evidence was older than { $months } months, so it counts { $percent } %. The employer’s reason: “{ $reason }”
    }

# What would change it.
would-change-nothing = Nothing has to: this requirement counts in full.
would-change-EARLIER_EDITION = A verified record that names the current edition of this requirement would count in full.
would-change-PARTS = A verified record that names this requirement itself would count in full. One that names another of its parts would add to the share.
would-change-BROADER = A verified record that names this requirement itself would count in full. One that names parts of it would count by their share.
would-change-PEER = A verified record that names this requirement itself would count in full.
would-change-LATER_STEP = A verified record that names this requirement itself would count in full.
would-change-SAME_ITEM = A verified record that names this requirement and counts in full.
would-change-EXACT_MATCH = A verified record that names this requirement itself would count in full.
would-change-TRANSLATION = A verified record that names this requirement itself would count in full.
would-change-OLDER = A more recent verified record of it would count in full.
would-change-LEVEL_BELOW = Verified evidence at level “{ $level }” or above would count in full.
would-change-LEVEL_UNKNOWN = A verified record that states the level. At “{ $level }” or above it would count in full.
would-change-LEVEL_NOT_COMPARABLE = A verified record that states a level on the scale “{ $scale }”. At “{ $level }” or above it would count in full.
would-change-NO_EVIDENCE = A verified record about this applicant, from an issuer that the employer accepts, that names this requirement, something declared to be the same, or parts of it.
would-change-match = It would count for more if it named this requirement itself.
would-change-not-counted = “{ $name }” speaks of this and does not count. { $why } { $change }

# What would make something count that does not.
not-counted-would-change-VERIFICATION_FAILED = Its checks say what failed. A sound copy can be handed in, or its issuer can issue it again.
not-counted-would-change-VERIFICATION_UNDETERMINED = Its checks say what was missing. It is checked again by itself; a newer copy may help, too.
not-counted-would-change-ISSUER_NOT_TRUSTED = It would count if the issuer were on the employer’s list, or on one that the employer relies on.
not-counted-would-change-ISSUER_DENIED = It would count only if the employer took the issuer off its list of those that it does not accept.
not-counted-would-change-NOT_BOUND_TO_APPLICANT = It would count if it and the application named the same e-mail address, or if the applicant proved to hold it.
not-counted-would-change-CREATOR_NOT_ISSUER = It would count if the employer’s rules said that this issuer may award what the other has created.
not-counted-would-change-SELF_ASSERTED = It would count if somebody else, whom the employer accepts, had issued it.
not-counted-would-change-NOT_EARNED = It would count once the issuer says that it was earned.
not-counted-would-change-MACHINE_MATCHED = It would count if a person had assessed it and an issuer had stated the result.
not-counted-would-change-NOT_ASKED_FOR = It would count for a job that asks for it, or if a framework said that it is the same as something this job asks for.

# The picture of a result.
chart-title = What the job asks for, and how much of it verified evidence shows
chart-coverage = { $of ->
        [one] { $with } of 1 requirement has verified evidence
       *[other] { $with } of { $of } requirements have verified evidence
    }
chart-tally = { $count } × { $state }
chart-score = Score: { $score } of 100
chart-score-range = Score: { $score } of 100, up to { $high }
chart-row = { $state }: { $percent } %
chart-row-range = { $state }: { $percent } to { $high } %
chart-levels = Asked: { $asked }. Shown: { $shown }
chart-levels-none = Asked: { $asked }
chart-row-levels = { $row }. { $levels }
chart-line = { $statement }. { $row }
chart-line-must = { $statement } (must have). { $row }
chart-more = { $count ->
        [one] 1 more requirement is in the list of the report.
       *[other] { $count } more requirements are in the list of the report.
    }
chart-key-asked = the level that is asked for
chart-key-unknown = not known: it may be more
level-place = { $level } ({ $place } of { $count })
scale = { $scale }: { $levels }
level-elsewhere = “{ $level }”, on another scale
