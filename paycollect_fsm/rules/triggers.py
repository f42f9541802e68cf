# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""What triggers a charge, who authorized it, and whether another may replace it.

A policy only limits its own charges. Even if it charges no finished work automatically
(net, prepaid, collected on site, or above its maximum), the deposit that it asks for,
charges that the customer scheduled, and manual charges are allowed. What waits for
approval for another reason (see ``approval``) does so for manual charges, too.
"""

from dataclasses import dataclass

POLICY = "policy"
CUSTOMER = "customer"
STAFF = "staff"


@dataclass(frozen=True)
class Trigger:
    """``gives_way``: another charge may replace it while it waits for its day; False if
    the customer agreed to the date. ``any_mode``: the policy asks for it in every mode,
    as for a deposit."""

    code: str
    label: str
    authorized_by: str = POLICY
    gives_way: bool = True
    any_mode: bool = False


TRIGGERS = {
    trigger.code: trigger
    for trigger in (
        Trigger("completion", "Job completed"),
        Trigger("deposit", "Deposit", any_mode=True),
        Trigger("refill", "Prepaid services refilled", any_mode=True),
        Trigger("schedule", "Scheduled", CUSTOMER, gives_way=False),
        Trigger("autopay", "Autopay", CUSTOMER),
        Trigger("retry", "Retry"),
        Trigger("manual", "Manual", STAFF),
    )
}


def get_authorizer(code):
    """Return who authorized the charges of a trigger; the policy if it is unknown.

    >>> get_authorizer("schedule"), get_authorizer("manual"), get_authorizer("retry")
    ('customer', 'staff', 'policy')
    """
    return TRIGGERS[code].authorized_by if code in TRIGGERS else POLICY


def fits_any_mode(code):
    """Whether the policy asks for the charge in every collection mode.

    >>> fits_any_mode("deposit"), fits_any_mode("completion"), fits_any_mode("else")
    (True, False, False)
    """
    return code in TRIGGERS and TRIGGERS[code].any_mode


def gives_way(code):
    """Whether another charge may replace a planned charge with this trigger.

    >>> gives_way("retry"), gives_way("schedule")
    (True, False)
    """
    return TRIGGERS[code].gives_way if code in TRIGGERS else True
