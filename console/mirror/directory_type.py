"""The type of directory behind an organization, and the operations that it refuses.

A directory that WorkMail may only read (AD Connector), or interoperability with an Exchange server,
makes WorkMail refuse writes with UnsupportedOperationException. Which writes, the model says: those
that list this code.
"""

import re
from dataclasses import dataclass
from functools import cache

from console.aws import model
from console.aws.catalogue import CATALOGUE

REFUSAL_CODE = "UnsupportedOperationException"
# By what DirectoryType holds, written small and without signs. AWS's examples show VpcDirectory alone;
# the others are Directory Service's words, and what WorkMail really answers is [unknown].
DIRECTORY_KINDS = {
    "vpcdirectory": ("WorkMail's own directory", "People and groups are kept by WorkMail itself."),
    "simplead": ("Simple AD", "A small directory in this AWS account; WorkMail reads and writes it."),
    "microsoftad": (
        "AWS Managed Microsoft AD",
        "An Active Directory that AWS runs in this account; WorkMail reads and writes it.",
    ),
    "adconnector": (
        "AD Connector",
        "A connection to the company's own Active Directory, which WorkMail may only read.",
    ),
}
INTEROPERABLE = (
    "Interoperability with Microsoft Exchange is on: Exchange leads, and WorkMail reads people, groups,"
    " resources and their addresses from the Active Directory every four hours."  # [documented]
)
CHANGE_IN_DIRECTORY = "Change it in the Active Directory that this organization is connected to."
CHANGE_IN_EXCHANGE = (
    "Change it in Exchange; WorkMail sees it after its next reading, at most four hours later."
)
# AWS's guide says that people and groups are enabled in WorkMail, the API that this may be refused here.
ENABLING = "People and groups can be enabled all the same, says AWS's guide; resources cannot."


@cache
def refusable_operations() -> frozenset[str]:
    """Return the writes that a read-only directory refuses, according to the model."""
    return frozenset(
        name
        for name, rule in CATALOGUE.items()
        if not rule.is_read and REFUSAL_CODE in model.error_codes(name)
    )


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory of an organization, as DescribeOrganization returns it."""

    kind: str
    interoperates: bool = False

    @property
    def name(self) -> str:
        return self._known[0]

    @property
    def meaning(self) -> str:
        return f"{self._known[1]} {INTEROPERABLE}" if self.interoperates else self._known[1]

    @property
    def is_read_only(self) -> bool:
        return self.interoperates or self._key == "adconnector"

    @property
    def refused(self) -> list[str]:
        """Return the names of operations that cannot work here."""
        return sorted(refusable_operations()) if self.is_read_only else []

    def refuses(self, operation: str) -> bool:
        return self.is_read_only and operation in refusable_operations()

    @property
    def why(self) -> str:
        """Return why the directory cannot be changed here, or ""."""
        if not self.is_read_only:
            return ""
        leads = "Exchange leads" if self.interoperates else "a connected Active Directory leads"
        return f"In this organization {leads}, and WorkMail may only read its directory."

    @property
    def where(self) -> str:
        """Return where the directory can be changed, or ""."""
        if not self.is_read_only:
            return ""
        return CHANGE_IN_EXCHANGE if self.interoperates else CHANGE_IN_DIRECTORY

    def instead(self, operation: str) -> str:
        """Return the alternative to a refused operation, or ""."""
        if not self.refuses(operation):
            return ""
        return ENABLING if operation == "RegisterToWorkMail" else self.where

    @property
    def _key(self) -> str:
        letters = re.sub(r"[^a-z]", "", self.kind.lower())
        return next((key for key in DIRECTORY_KINDS if key in letters), "")

    @property
    def _known(self) -> tuple[str, str]:
        return DIRECTORY_KINDS.get(self._key) or (self.kind or "Not known yet", "")
