"""Who asks, and for whom: the first argument of every service and store method.

The organisation comes from the credential, never from a header. There is no unscoped query.
"""

from dataclasses import dataclass
from typing import Final, Literal

from agent_sdk.contracts.platform_errors import PermissionRefused

Grant = Literal["read", "write", "admin"]
Role = Literal["viewer", "developer", "admin"]

GRANTS_OF: Final[dict[Role, frozenset[Grant]]] = {
    "viewer": frozenset({"read"}),
    "developer": frozenset({"read", "write"}),
    "admin": frozenset({"read", "write", "admin"}),
}
"""What each role may: see, begin and steer runs, or also manage keys and retention."""

ORG_DEFAULT: Final = "org_00000000000000000000000001"
"""The organisation of every run where there is only one: an id that no clock makes."""
PROJECT_DEFAULT: Final = "prj_00000000000000000000000001"
"""The project of every run where there is only one."""
PRINCIPAL_SYSTEM: Final = "key_00000000000000000000000001"
"""Who acts where no credential was shown: the command line on its own store, and the platform itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """One principal's view of one organisation. What is outside does not exist."""

    org_id: str
    """`org_…`"""
    project_id: str = PROJECT_DEFAULT
    """`prj_…`"""
    principal: str = PRINCIPAL_SYSTEM
    """`key_…` or `usr_…`: whose idempotency keys these are, and who stands in the audit."""
    grants: frozenset[Grant] = GRANTS_OF["admin"]

    def require(self, grant: Grant) -> None:
        """Require a grant.

        Raises:
            PermissionRefused: The principal has it not.
        """
        if grant not in self.grants:
            msg = f"this key may not {grant}"
            raise PermissionRefused(msg)


LOCAL: Final = Scope(org_id=ORG_DEFAULT)
"""The scope of whoever holds the store's file itself."""
