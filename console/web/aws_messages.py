"""Messages for AWS error codes."""

from dataclasses import dataclass

NOTHING_CHANGED = "Nothing was changed."


ASK_AWS = "If it keeps failing, show the detail below to whoever looks after the AWS account."


TRY_LATER = "Wait a minute and try again."


@dataclass(frozen=True, slots=True)
class Explanation:
    """The title, cause, effect and advice of an error; `status` is the page's, `fields` the form's."""

    title: str
    happened: str
    not_happened: str = NOTHING_CHANGED
    now: str = ""
    status: int = 409
    fields: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """Return it in one line, for a form."""
        return " ".join(part for part in (self.happened, self.now) if part)


CLOCK_SKEW = Explanation(
    "The console's clock is wrong",
    "AWS refuses requests that are signed with a time which differs from its own by more than 15 minutes.",
    now="The engineer who runs the console has to set the clock of its machines.",
    status=502,
)


CREDENTIALS = Explanation(
    "AWS does not accept the console's credentials",
    "AWS does not accept the key, the session or the signature of the console's request.",
    now="The engineer who runs the console has to check its AWS credentials and the clock of its machines.",
    status=502,
)


# By any service: https://docs.aws.amazon.com/workmail/latest/APIReference/CommonErrors.html and S3's own.
SIGNATURE_MESSAGES = {
    "RequestExpired": CLOCK_SKEW,
    "RequestTimeTooSkewed": CLOCK_SKEW,
    "ExpiredToken": CREDENTIALS,
    "ExpiredTokenException": CREDENTIALS,
    "IncompleteSignature": CREDENTIALS,
    "InvalidAccessKeyId": CREDENTIALS,
    "InvalidClientTokenId": CREDENTIALS,
    "InvalidSignatureException": CREDENTIALS,
    "MissingAuthenticationToken": CREDENTIALS,
    "SignatureDoesNotMatch": CREDENTIALS,
    "UnrecognizedClientException": CREDENTIALS,
}


MESSAGES = {
    **SIGNATURE_MESSAGES,
    "EntityNotFoundException": Explanation(
        "Not there any more",
        "WorkMail does not know this person, group or resource any more.",
        now="Somebody may have deleted it outside the console. Go back and read the directory again.",
        status=404,
    ),
    "EntityStateException": Explanation(
        "Not possible in this state",
        "WorkMail does not allow this in the state that the person, group or resource is in.",
        now="It may have to be enabled or disabled first; a change takes up to two minutes.",
    ),
    "EntityAlreadyRegisteredException": Explanation(
        "Already enabled",
        "It is enabled already, with another address.",
        now="Change the primary address instead.",
        fields=("Email",),
    ),
    "EmailAddressInUseException": Explanation(
        "Address taken",
        "This address is taken: a person, a group or a resource has it already, perhaps as an alias.",
        now="Search for the address to see whose it is, or take another one.",
        fields=("Alias", "Email"),
    ),
    "NameAvailabilityException": Explanation(
        "Name taken",
        "A person, a group or a resource has this name already.",
        now="Take another name; those of deleted ones may stay taken.",
        fields=("Name",),
    ),
    "ReservedNameException": Explanation(
        "Reserved name",
        "WorkMail keeps this name for itself.",
        now="Take another name.",
        fields=("Name",),
    ),
    "InvalidPasswordException": Explanation(
        "Password refused",
        "WorkMail does not accept this password.",
        now="Take a longer one, or let the console generate it.",
        status=422,
        fields=("Password",),
    ),
    "LimitExceededException": Explanation(
        "A limit is reached",
        "One of WorkMail's limits is reached, such as 100 aliases for one entity.",
        now="Remove what is not needed any more, then try again.",
        fields=("Alias",),
    ),
    "MailDomainNotFoundException": Explanation(
        "Unknown domain",
        "The domain of this address does not belong to the organization.",
        now="Take an address on one of its domains.",
        fields=("Alias", "Email"),
    ),
    "MailDomainStateException": Explanation(
        "Domain not ready",
        "The domain of this address is not verified, or WorkMail is still setting it up.",
        now="Take another domain, or try again in two minutes.",
        fields=("Alias", "Email"),
    ),
    "MailDomainInUseException": Explanation(
        "Domain in use",
        "The domain is in use: by another WorkMail organization, or by an address that is still on it.",
        now="Remove it there first, or see below what AWS says.",
        fields=("DomainName",),
    ),
    "InvalidCustomSesConfigurationException": Explanation(
        "Changed in Amazon SES",
        "Somebody changed the domain's receipt rule in Amazon SES, and WorkMail will not throw that away.",
        now="Whoever looks after SES has to take the change back, or remove the rule there.",
    ),
    "UnsupportedOperationException": Explanation(
        "Not possible here",
        "WorkMail cannot do this in this organization. Where people come from an Active Directory that"
        " it may only read, names and passwords are changed there.",
        now="Make the change in the directory that the organization is connected to.",
    ),
    "DirectoryUnavailableException": Explanation(
        "Directory not available",
        "The directory behind WorkMail does not answer.",
        now=TRY_LATER,
        status=503,
    ),
    "DirectoryServiceAuthenticationFailedException": Explanation(
        "Directory refuses WorkMail",
        "The directory behind WorkMail does not accept WorkMail's own sign-in.",
        now="Whoever looks after the directory has to mend its connection to WorkMail.",
        status=503,
    ),
    "OrganizationNotFoundException": Explanation(
        "Organization not found",
        "WorkMail does not know this organization, or not in this region and account.",
        now=ASK_AWS,
        status=502,
    ),
    "OrganizationStateException": Explanation(
        "Organization not active",
        "The organization is being set up or removed.",
        now="Only an active organization can be worked on.",
    ),
    "InvalidParameterException": Explanation("Not accepted", "WorkMail does not accept what was sent."),
    "InvalidConfigurationException": Explanation(
        "Not accepted",
        "A resource has to accept requests by itself or have somebody who answers them.",
        now="Name a delegate first, or let it accept requests automatically.",
    ),
    "ResourceNotFoundException": Explanation(
        "Not there any more", "WorkMail does not know this any more.", status=404
    ),
    "InvalidContentLocation": Explanation(
        "Object not readable",
        "WorkMail cannot read this object.",
        now="Check bucket, key and version, and that the bucket's policy lets WorkMail read.",
    ),
    "MessageFrozen": Explanation(
        "Message frozen",
        "WorkMail says that this message cannot be changed, as mail that was redirected usually cannot.",
    ),
    "MessageRejected": Explanation(
        "Not a message that may take its place", "WorkMail does not take this text."
    ),
    "AccessDeniedException": Explanation(
        "AWS denies it to the console",
        "The console's own AWS role may not do this.",
        now=(
            "Whoever looks after the AWS account has to extend the role's policy; what opens mailboxes or"
            " changes how people sign in takes the setting ALLOW_BREAK_GLASS, too."
        ),
        status=502,
    ),
}


THROTTLED = Explanation(
    "Too many requests", "WorkMail asks the console to slow down.", now=TRY_LATER, status=503
)


CHANGED = Explanation(
    "Changed in the meantime",
    "Somebody else changed this while you were at it.",
    now="Open it again to see how it is now.",
)


BUSY = Explanation(
    "Another change is running",
    "Another change of the same user, group, resource or setting is running.",
    "Nothing was sent.",
    "Wait a moment and try again.",
)


INVALID = Explanation("Not accepted", "What was sent does not fit WorkMail's rules.", status=422)


NOT_REACHED = Explanation(
    "WorkMail cannot be reached",
    "The console could not reach WorkMail.",
    now=TRY_LATER,
    status=503,
)


RESULT_UNKNOWN = Explanation(
    "Result unknown",
    "WorkMail's answer was not received or could not be recorded, so this may have been done.",
    "",
    "The console checks this with WorkMail and shows the result under Changes and in the audit log,"
    " usually within two minutes. Check there before you try again.",
    503,
)


STOPPED = Explanation(
    "Already started or cancelled",
    "This change was started or cancelled by another operator before it was sent.",
    now="Open the change to see its current state.",
)


APPROVAL_REQUIRED = Explanation(
    "Approval required",
    "A change policy requires approval by another operator for this.",
    "Nothing was sent.",
    "Start it again from its page: the request is then stored as a change that another operator can approve.",
)


OTHER_REFUSAL = Explanation("AWS refused", "AWS refused this.", status=502)
