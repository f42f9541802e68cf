# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models

from ...rules.readiness import (
    DEPOSIT_DUE,
    METHOD_EXPIRED,
    METHOD_MISSING,
    NOT_NEEDED,
    ON_HOLD,
    PO_MISSING,
    PREPAID,
    READY,
    gate,
    judge,
)
from ..company.moments import format_day

OVERRIDE_FIELDS = (
    "collection_override_user_id",
    "collection_override_date",
    "collection_override_reason",
)
BOOKING_GROUPS = (
    "sales_team.group_sale_salesman,fieldservice.group_fsm_dispatcher,"
    "paycollect_fsm.group_user"
)
RELEASE_GROUPS = f"{BOOKING_GROUPS},account.group_account_invoice"


class PaycollectBookingMixin(models.AbstractModel):
    """Work booked for a customer: how it is paid, and whether it can be collected.

    Everything is computed with sudo: the users who book or do the work may not have
    access to payment methods or invoices.
    """

    _name = "paycollect.booking.mixin"
    _description = "Booking to Collect"

    collection_policy_id = fields.Many2one(
        "paycollect.policy",
        compute="_compute_collection_policy",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
        groups="base.group_user",
    )
    collection_policy_basis = fields.Json(
        string="Policy Basis",
        compute="_compute_collection_policy",
        store=True,
        copy=False,
        groups="base.group_user",
    )
    collection_policy_reason = fields.Char(
        string="Why This Policy",
        compute="_compute_collection_policy_reason",
        groups="base.group_user",
    )
    collection_mode = fields.Selection(
        related="collection_policy_id.collection_mode",
        store=True,
        groups="base.group_user",
    )
    collection_token_id = fields.Many2one(
        "payment.token",
        string="Stored Payment Method",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        groups="paycollect_fsm.group_user",
    )
    collection_method_label = fields.Char(
        string="Method on File",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        groups=BOOKING_GROUPS,
    )
    collection_readiness = fields.Selection(
        [
            (READY, "Ready to collect"),
            (PREPAID, "Prepaid"),
            (METHOD_MISSING, "No payment method"),
            (METHOD_EXPIRED, "Method expired"),
            (DEPOSIT_DUE, "Payment due"),
            (PO_MISSING, "PO missing"),
            (ON_HOLD, "On hold"),
            (NOT_NEEDED, "No action needed"),
        ],
        string="Collection",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        search="_search_collection_readiness",
        groups="base.group_user",
    )
    collection_readiness_reason = fields.Char(
        string="Collection Details",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        groups="base.group_user",
    )
    collection_hold_text = fields.Char(
        string="Why on Hold",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        groups="paycollect_fsm.group_user",
        help="The reason for the hold. Others only see that there is one.",
    )
    collection_blocked = fields.Boolean(
        compute="_compute_collection_readiness",
        compute_sudo=True,
        help="The next step, confirmation or dispatch, is blocked.",
        groups="base.group_user",
    )
    collection_override_user_id = fields.Many2one(
        "res.users",
        string="Released By",
        readonly=True,
        copy=False,
        groups=RELEASE_GROUPS,
    )
    collection_override_date = fields.Datetime(
        string="Released On",
        readonly=True,
        copy=False,
        groups=RELEASE_GROUPS,
    )
    collection_override_reason = fields.Char(
        string="Release Reason",
        readonly=True,
        copy=False,
        groups=RELEASE_GROUPS,
    )
    collection_override_text = fields.Char(
        string="Release",
        compute="_compute_collection_override_text",
        compute_sudo=True,
        groups=RELEASE_GROUPS,
    )

    def _compute_collection_policy(self):
        """Resolve the policy while the booking is open; keep it afterward.

        In a company that does not collect, bookings have no policy.
        """
        open_bookings = self.filtered(
            lambda booking: (
                booking.company_id.collection_active and booking._is_policy_open()
            )
        )
        for booking in self - open_bookings:
            booking.collection_policy_id = booking.collection_policy_id
            booking.collection_policy_basis = booking.collection_policy_basis
        open_bookings._set_collection_policy()

    @api.depends("collection_policy_basis")
    @api.depends_context("lang")
    def _compute_collection_policy_reason(self):
        policies = self.env["paycollect.policy"]
        for booking in self:
            booking.collection_policy_reason = policies._get_basis_text(
                booking.collection_policy_basis
            )

    @api.depends(lambda self: self._get_readiness_dependencies())
    @api.depends_context("lang", "tz", "uid")
    def _compute_collection_readiness(self):
        collecting = self.filtered("company_id.collection_active")
        (self - collecting)._set_nothing_needed()
        for company, bookings in collecting.grouped("company_id").items():
            bookings._set_readiness(company._get_today())

    def _set_readiness(self, today):
        """Set the readiness of one company's bookings.

        :param today: the company's date
        """
        all_facts, tokens = self._get_collection_facts(today)
        verdicts = {booking: judge(all_facts[booking]) for booking in self}
        missing = self.filtered(lambda b: verdicts[b].code == "method_missing")
        unusable = missing._get_unusable_texts()
        for booking in self:
            facts, verdict = all_facts[booking], verdicts[booking]
            token = self.env["payment.token"]
            if verdict.method is not None:
                token = tokens[booking][verdict.method]
            step_gate = gate(
                verdict.state,
                facts.mode,
                facts.requirement,
                booking._get_collection_step(),
            )
            overridden = bool(booking._get_collection_override())
            booking.collection_token_id = token
            booking.collection_method_label = booking._get_method_label(token)
            booking.collection_readiness = verdict.state
            booking.collection_readiness_reason = unusable.get(
                booking
            ) or booking._get_readiness_text(verdict)
            booking.collection_hold_text = verdict.params.get("hold_reason", False)
            booking.collection_blocked = step_gate == "block" and not overridden

    def _set_nothing_needed(self):
        """Set the readiness for companies that do not collect."""
        self.collection_token_id = False
        self.collection_method_label = False
        self.collection_readiness = NOT_NEEDED
        self.collection_readiness_reason = False
        self.collection_hold_text = False
        self.collection_blocked = False

    @api.depends(lambda self: self._get_override_dependencies())
    @api.depends_context("lang", "tz")
    def _compute_collection_override_text(self):
        for booking in self:
            source = booking._get_collection_override()
            if not source:
                booking.collection_override_text = False
                continue
            booking.collection_override_text = self.env._(
                "Released by %(user)s on %(date)s: %(reason)s",
                user=source.collection_override_user_id.name,
                date=format_day(
                    self.env,
                    fields.Datetime.context_timestamp(
                        self, source.collection_override_date
                    ).date(),
                ),
                reason=source.collection_override_reason,
            )

    def _get_payer(self):
        """Hook: the ``res.partner`` who pays for this booking."""
        raise NotImplementedError

    def _get_readiness_dependencies(self):
        """Hook: names of the fields that readiness depends on.

        Residuals of invoices are left out: each journal item would be followed through
        to every order. Readiness isn't stored, so the next request reads them anew.
        """
        return (
            "company_id.collection_active",
            "collection_policy_id",
            "collection_policy_id.collection_mode",
            "collection_policy_id.method_requirement",
            "collection_policy_id.deposit_percent",
            "collection_policy_id.require_po",
            *self._get_override_dependencies(),
        )

    def _get_override_dependencies(self):
        """Hook: names of the fields that store a release."""
        return OVERRIDE_FIELDS

    def _get_open_booking_domain(self):
        """Hook: domain of bookings to check; all others need no action."""
        raise NotImplementedError

    def _get_collection_facts(self, today):
        """Hook: the facts for the readiness rules, read in bulk.

        :param today: the date to use if the booking has none
        :return: ({booking: BookingFacts}, {booking: its methods, in order})
        """
        raise NotImplementedError

    def _get_authorization_state(self):
        """Hook: DECLINED if the estimate was to be held, and no method took it."""
        return ""

    def _get_local_day(self, moment):
        """Return the company's date at a UTC time; for bookings of one company."""
        return self[:1].company_id._get_today(moment)

    def _get_collection_step(self):
        """Hook: the next step that the policy can block, CONFIRM or DISPATCH."""
        raise NotImplementedError

    def _get_collection_override(self):
        """Hook: the booking whose release applies to this one, or an empty record."""
        return self if self.collection_override_date else self.browse()

    def _get_tokens_by_booking(self, payers):
        """Return the methods of each booking's payer, in order.

        :param payers: {booking: payer}
        """
        by_company = defaultdict(self.env["res.partner"].browse)
        for booking, payer in payers.items():
            by_company[booking.company_id] |= payer
        tokens = {
            company: self.env["payment.token"]._get_collection_tokens(partners, company)
            for company, partners in by_company.items()
        }
        none = self.env["payment.token"]
        return {
            booking: tokens[booking.company_id].get(payer.commercial_partner_id, none)
            for booking, payer in payers.items()
        }

    def _get_method_facts(self, tokens, currency, amount=0.0):
        """Return the facts about the methods on file.

        :param amount: the booking's amount, 0 if unknown
        """
        payer = self._get_payer()
        company = self.company_id or self.env.company
        return {
            "expiries": tuple(token.expiry_date or None for token in tokens),
            "limits": tuple(
                token._get_limit(payer, currency, amount, company) for token in tokens
            ),
        }
