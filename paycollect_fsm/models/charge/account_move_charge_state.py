# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.fields import Domain

from ...rules.charge import APPROVAL, GO, decide
from ...rules.const import (
    DECLINED,
    OPEN_STATES,
    PLANNED,
    SENT,
    SETTLING,
    UNKNOWN,
)

ACCOUNTING = "account.group_account_invoice,account.group_account_readonly"
# What an open attempt means for its invoice, which has at most one.
OPEN_ATTEMPTS = {
    "approval": Domain("state", "=", PLANNED) & Domain("parked_code", "=", APPROVAL),
    "held": Domain("state", "=", PLANNED)
    & Domain("parked_code", "not in", (False, APPROVAL)),
    "retry": Domain("state", "=", PLANNED)
    & Domain("parked_code", "=", False)
    & Domain("trigger", "=", "retry"),
    "planned": Domain("state", "=", PLANNED)
    & Domain("parked_code", "=", False)
    & Domain("trigger", "!=", "retry"),
    "charging": Domain("state", "in", (SENT, SETTLING)),
    "unknown": Domain("state", "=", UNKNOWN),
}


class AccountMove(models.Model):
    """How far the charge of an invoice is, as a badge and a filter."""

    _inherit = "account.move"

    collection_charge_state = fields.Selection(
        [
            ("approval", "Waiting for approval"),
            ("held", "On hold"),
            ("planned", "Planned"),
            ("retry", "Retry planned"),
            ("charging", "Charging"),
            ("unknown", "Unknown"),
            ("declined", "Declined"),
        ],
        string="Charge",
        compute="_compute_collection_charge_state",
        search="_search_collection_charge_state",
        groups=ACCOUNTING,
        help="The charge that is planned or in progress, or “Declined” if the last one "
        "failed and the invoice is still open.",
    )
    collection_can_collect = fields.Boolean(
        compute="_compute_collection_can_collect",
        groups="paycollect_fsm.group_user",
        help="Whether “Collect Now” would charge the invoice or ask for approval.",
    )

    @api.depends()
    def _compute_collection_charge_state(self):
        """Read for the screen, where each request computes it anew."""
        attempts = self.env["paycollect.attempt"].search(
            [("move_id", "in", self.ids), ("state", "in", (*OPEN_STATES, DECLINED))]
        )
        of_move = attempts.grouped("move_id")
        for move in self:
            move.collection_charge_state = move._get_charge_state(
                of_move.get(move._origin, attempts.browse())
            )

    def _get_charge_state(self, attempts):
        """:param attempts: those of the invoice that are open or declined"""
        current = attempts.filtered(lambda attempt: attempt.state in OPEN_STATES)
        for name, domain in OPEN_ATTEMPTS.items():
            if current.filtered_domain(domain):
                return name
        owed = self.state == "posted" and self.payment_state in ("not_paid", "partial")
        return attempts and owed and "declined"

    @api.model
    def _search_collection_charge_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        domains = {
            name: Domain("collection_attempt_ids", "any", domain)
            for name, domain in OPEN_ATTEMPTS.items()
        }
        is_open = Domain("collection_attempt_ids.state", "in", OPEN_STATES)
        domains["declined"] = (
            Domain("collection_attempt_ids.state", "=", DECLINED)
            & ~is_open
            & Domain("state", "=", "posted")
            & Domain("payment_state", "in", ("not_paid", "partial"))
        )
        domains[False] = ~Domain.OR([*domains.values()])
        return Domain.OR([domains[item] for item in value if item in domains])

    @api.depends()
    def _compute_collection_can_collect(self):
        """Read for the screen, where each request computes it anew."""
        now = fields.Datetime.now()
        for move in self:
            move.collection_can_collect = (
                move.company_id.collection_active
                and move._is_owed()
                and move._may_collect(now)
            )

    def _may_collect(self, now):
        """Hook: whether “Collect Now” is offered: the rules let a user charge the
        invoice, perhaps after approval."""
        self.ensure_one()
        token = self._get_tokens_to_charge(now=now)[self]
        retry = self._get_planned_retry(now)
        decision = decide(self._get_charge_facts(token, now, "manual", replaced=retry))
        return decision.verdict == GO or decision.reason == APPROVAL
