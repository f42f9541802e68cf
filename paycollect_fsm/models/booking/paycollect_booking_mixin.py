# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from collections import defaultdict

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date

from ...rules.readiness import (
    DEPOSIT_DUE,
    METHOD_EXPIRED,
    METHOD_MISSING,
    NOT_NEEDED,
    ON_HOLD,
    PO_MISSING,
    READY,
    gate,
    judge,
)

OVERRIDE_FIELDS = (
    "collection_override_user_id",
    "collection_override_date",
    "collection_override_reason",
)
BOOKING_GROUPS = (
    "sales_team.group_sale_salesman,fieldservice.group_fsm_dispatcher,"
    "paycollect_fsm.group_user"
)


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
    )
    collection_policy_reason = fields.Char(
        string="Why This Policy",
        compute="_compute_collection_policy",
        store=True,
        copy=False,
    )
    collection_mode = fields.Selection(
        related="collection_policy_id.collection_mode", store=True
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
            (METHOD_MISSING, "No payment method"),
            (METHOD_EXPIRED, "Method expiring"),
            (DEPOSIT_DUE, "Payment due"),
            (PO_MISSING, "PO missing"),
            (ON_HOLD, "On hold"),
            (NOT_NEEDED, "No action needed"),
        ],
        string="Collection",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        search="_search_collection_readiness",
    )
    collection_readiness_reason = fields.Char(
        string="Collection Details",
        compute="_compute_collection_readiness",
        compute_sudo=True,
    )
    collection_blocked = fields.Boolean(
        compute="_compute_collection_readiness",
        compute_sudo=True,
        help="The next step, confirmation or dispatch, is blocked.",
    )
    collection_override_user_id = fields.Many2one(
        "res.users", string="Released By", readonly=True, copy=False
    )
    collection_override_date = fields.Datetime(
        string="Released On", readonly=True, copy=False
    )
    collection_override_reason = fields.Char(
        string="Release Reason", readonly=True, copy=False
    )
    collection_override_text = fields.Char(
        string="Release", compute="_compute_collection_override_text", compute_sudo=True
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
            booking.collection_policy_reason = booking.collection_policy_reason
        open_bookings._set_collection_policy()

    @api.depends(lambda self: self._get_readiness_dependencies())
    @api.depends_context("lang", "tz")
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
            booking.collection_blocked = step_gate == "block" and not overridden

    def _set_nothing_needed(self):
        """Set the readiness for companies that do not collect."""
        self.collection_token_id = False
        self.collection_method_label = False
        self.collection_readiness = NOT_NEEDED
        self.collection_readiness_reason = False
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
                date=format_date(
                    self.env,
                    fields.Datetime.context_timestamp(
                        self, source.collection_override_date
                    ).date(),
                ),
                reason=source.collection_override_reason,
            )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_override_values(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_override_values(vals)
        return super().write(vals)

    def action_request_payment_method(self):
        """Button: open the dialog that sends the request."""
        self.ensure_one()
        self.check_access("read")
        payer = self.sudo()._get_payer().with_env(self.env)
        return payer._open_method_request(self)

    def _get_payer(self):
        """Hook: the ``res.partner`` who pays for this booking."""
        raise NotImplementedError

    def _get_readiness_dependencies(self):
        """Hook: names of the fields that readiness depends on."""
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

    def _get_local_day(self, moment):
        """Return the company's date at a UTC time; for bookings of one company."""
        return self[:1].company_id._get_today(moment)

    def _is_policy_open(self):
        """Hook: True while the policy is still re-resolved."""
        raise NotImplementedError

    def _get_collection_step(self):
        """Hook: the next step that the policy can block, CONFIRM or DISPATCH."""
        raise NotImplementedError

    def _prepare_policy_request(self):
        """Hook: arguments for ``paycollect.policy._resolve``."""
        self.ensure_one()
        return {
            "partner": self._get_payer(),
            "company": self.company_id or self.env.company,
        }

    def _set_collection_policy(self):
        """Resolve the policy of each booking, with its reason."""
        if not self:
            return
        requests = [booking._prepare_policy_request() for booking in self]
        results = self.env["paycollect.policy"]._resolve_batch(requests)
        for booking, (policy, reason) in zip(self, results, strict=True):
            booking.collection_policy_id = policy
            booking.collection_policy_reason = reason

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

    def _get_policy_facts(self, payer):
        """Return the facts about the policy and the customer."""
        policy = self.collection_policy_id
        customer = payer.with_company(self.company_id).commercial_partner_id
        return {
            "mode": policy.collection_mode or "",
            "requirement": policy.method_requirement or "none",
            "deposit_percent": policy.deposit_percent,
            "po_required": policy.require_po
            or payer.collection_require_po
            or customer.collection_require_po,
            "hold_reason": " ".join(
                payer._get_hold_reasons(self.company_id)[customer].values()
            ),
        }

    def _get_method_label(self, token):
        """Return a label such as ``Visa •••• 4242, expires 04/27``."""
        if not token:
            return False
        if not token.expiry_date:
            return token._get_label()
        return self.env._(
            "%(method)s, expires %(date)s",
            method=token._get_label(),
            date=token.expiry_date.strftime("%m/%y"),
        )

    def _get_readiness_text(self, verdict):
        """Return what is not ready and how to fix it."""
        params = verdict.params
        if verdict.code == "on_hold":
            return self.env._(
                "New work for this customer is on hold: %(reason)s. Ask accounting "
                "to remove the hold.",
                reason=params["hold_reason"].rstrip("."),
            )
        if verdict.code in ("prepayment_due", "deposit_due"):
            return self._get_deposit_text(verdict)
        if verdict.code == "method_expired":
            return self.env._(
                "The payment method on file is valid through %(expiry)s, but the work "
                "is scheduled for %(day)s. Request a new payment method.",
                expiry=format_date(self.env, params["expiry"]),
                day=format_date(self.env, params["job_date"]),
            )
        if verdict.code == "method_limited":
            limit = params["limit"]
            return self.env._(
                "The payment method on file cannot be charged for this work: "
                "%(reason)s Request another payment method.",
                reason=self.env["payment.token"]._get_limit_text(
                    limit.code, limit.params, self.company_id or self.env.company
                ),
            )
        return self._get_readiness_texts()[verdict.code]

    def _get_deposit_text(self, verdict):
        amount = self._format_collection_amount(verdict.params["amount"])
        if verdict.code == "prepayment_due":
            return self.env._(
                "%(amount)s must be paid before a worker can be dispatched. Send the "
                "customer the order to pay online, or register the payment.",
                amount=amount,
            )
        return self.env._(
            "%(amount)s of the %(percent)g%% deposit is still due before a worker can "
            "be dispatched. Send the customer the order to pay online, or register "
            "the payment.",
            amount=amount,
            percent=verdict.params["percent"],
        )

    def _get_readiness_texts(self):
        """Return the texts for reasons without parameters."""
        return {
            "po_missing": self.env._(
                "A PO number is required. Ask the customer for it and enter it as the "
                "customer reference."
            ),
            "prepayment_unknown": self.env._(
                "This work must be paid for before a worker can be dispatched, but "
                "there is no sales order to pay. Create a quotation for it."
            ),
            "method_missing": self.env._(
                "No payment method is on file. Request one from the customer."
            ),
            "method": self.env._(
                "The payment method on file will be charged on completion."
            ),
            "net": self.env._("This work is invoiced on terms."),
            "cod": self.env._("The worker collects the payment on site."),
            "paid": self.env._("This work is paid in full."),
            "no_amount": self.env._("There is nothing to pay."),
            "closed": self.env._("This work is closed."),
            "no_policy": self.env._("No collection policy applies."),
        }

    def _format_collection_amount(self, amount):
        """Hook: format an amount in the booking's currency."""
        return self.company_id.currency_id.format(amount)

    def _refresh_collection_policies(self, companies=None):
        """Resolve the policy again for bookings where it and the work are open.

        :param companies: limit to these companies, None for all
        """
        domain = Domain(self._get_open_policy_domain())
        domain &= Domain(self._get_open_booking_domain())
        domain &= Domain("company_id.collection_active", "=", True)
        if companies is not None:
            domain &= Domain("company_id", "in", companies.ids)
        self.search(domain)._refresh_collection_policy()

    def _get_open_policy_domain(self):
        """Hook: domain of bookings whose policy is still re-resolved."""
        raise NotImplementedError

    def _refresh_collection_policy(self):
        """Recompute the policy unconditionally."""
        self.env.add_to_compute(self._fields["collection_policy_id"], self)
        self.env.add_to_compute(self._fields["collection_policy_reason"], self)
