# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What sets off a charge, who authorized it, and whether it gives way to another.

A policy only speaks for itself: that it charges nothing without asking (net, prepaid,
collected on site, or above its maximum) forbids neither what the customer scheduled nor
what a colleague charges by hand.
"""

from dataclasses import dataclass

POLICY = "policy"
CUSTOMER = "customer"
STAFF = "staff"


@dataclass(frozen=True)
class Trigger:
    """``gives_way``: while it waits for its day, another charge may take its place;
    not where the customer was told the date."""

    code: str
    label: str
    authorized_by: str = POLICY
    gives_way: bool = True


TRIGGERS = {
    trigger.code: trigger
    for trigger in (
        Trigger("completion", "Job completed"),
        Trigger("deposit", "Deposit"),
        Trigger("schedule", "Scheduled", CUSTOMER, gives_way=False),
        Trigger("autopay", "Autopay", CUSTOMER),
        Trigger("retry", "Retry"),
        Trigger("manual", "By hand", STAFF),
    )
}


def get_authorizer(code):
    """Return who authorized the charges of a trigger; the policy unless it is known.

    >>> get_authorizer("schedule"), get_authorizer("manual"), get_authorizer("retry")
    ('customer', 'staff', 'policy')
    """
    return TRIGGERS[code].authorized_by if code in TRIGGERS else POLICY


def is_ahead(code):
    """Whether the charge may take a part before it is due: a policy's may not.

    >>> is_ahead("manual"), is_ahead("schedule"), is_ahead("retry")
    (True, True, False)
    """
    return get_authorizer(code) != POLICY


def gives_way(code):
    """Whether a planned charge of this trigger gives way to another one.

    >>> gives_way("retry"), gives_way("schedule")
    (True, False)
    """
    return TRIGGERS[code].gives_way if code in TRIGGERS else True
