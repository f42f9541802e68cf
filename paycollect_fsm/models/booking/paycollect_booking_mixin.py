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
    """Work that is booked for a customer: how it is paid, and whether it can be.

    Everything is computed with sudo: whoever books or works may read neither
    payment methods nor invoices.
    """

    _name = "paycollect.booking.mixin"
    _description = "Booking to Collect"

    collection_policy_id = fields.Many2one(
        "paycollect.policy",
        string="Collection policy",
        compute="_compute_collection_policy",
        store=True,
        index="btree_not_null",
        ondelete="restrict",
        copy=False,
    )
    collection_policy_reason = fields.Char(
        string="Why this policy",
        compute="_compute_collection_policy",
        store=True,
        copy=False,
    )
    collection_mode = fields.Selection(
        related="collection_policy_id.collection_mode", store=True
    )
    collection_token_id = fields.Many2one(
        "payment.token",
        string="Method on file",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        groups="paycollect_fsm.group_user",
    )
    collection_method_label = fields.Char(
        string="Payment method",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        groups=BOOKING_GROUPS,
    )
    collection_readiness = fields.Selection(
        [
            (READY, "Ready to collect"),
            (METHOD_MISSING, "No payment method"),
            (METHOD_EXPIRED, "Method expires"),
            (DEPOSIT_DUE, "Payment due"),
            (PO_MISSING, "PO missing"),
            (ON_HOLD, "On hold"),
            (NOT_NEEDED, "Nothing needed"),
        ],
        string="Collection",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        search="_search_collection_readiness",
    )
    collection_readiness_reason = fields.Char(
        string="Collection details",
        compute="_compute_collection_readiness",
        compute_sudo=True,
    )
    collection_blocked = fields.Boolean(
        string="Collection blocked",
        compute="_compute_collection_readiness",
        compute_sudo=True,
        help="The next step, confirmation or dispatch, is stopped.",
    )
    collection_override_user_id = fields.Many2one(
        "res.users", string="Released by", readonly=True, copy=False
    )
    collection_override_date = fields.Datetime(
        string="Released on", readonly=True, copy=False
    )
    collection_override_reason = fields.Char(
        string="Reason for the release", readonly=True, copy=False
    )
    collection_override_text = fields.Char(
        string="Release", compute="_compute_collection_override_text", compute_sudo=True
    )

    def _compute_collection_policy(self):
        """Resolve the policy while the booking is open, keep it afterwards.

        A company that does not collect has none.
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
        """Judge these bookings of one company; ``today``: the company's date."""
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
        """The readiness of companies that do not collect."""
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
        """Ask which mail and phone the request goes to, then send it."""
        self.ensure_one()
        self.check_access("read")
        payer = self.sudo()._get_payer().with_env(self.env)
        return payer._open_method_request(self)

    def _get_payer(self):
        """Hook: the ``res.partner`` who pays for this booking."""
        raise NotImplementedError

    def _get_readiness_dependencies(self):
        """Hook: names of the fields that the readiness is computed from."""
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
        """Hook: names of the fields that a release is stored in."""
        return OVERRIDE_FIELDS

    def _get_open_booking_domain(self):
        """Hook: bookings whose readiness matters; all others need nothing."""
        raise NotImplementedError

    def _get_collection_facts(self, today):
        """Hook: what the readiness rules need to know, read in bulk.

        :param today: the day that counts when the booking has no date
        :return: ({booking: BookingFacts}, {booking: its methods, in order})
        """
        raise NotImplementedError

    def _get_local_day(self, moment):
        """The company's day of a UTC moment; of bookings of one company."""
        return self[:1].company_id._get_today(moment)

    def _is_policy_open(self):
        """Hook: True as long as the policy follows the facts."""
        raise NotImplementedError

    def _get_collection_step(self):
        """Hook: the next step that the policy may stop, CONFIRM or DISPATCH."""
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
        """Hook: the booking whose release counts for this one, or an empty one."""
        return self if self.collection_override_date else self.browse()

    def _get_tokens_by_booking(self, payers):
        """Methods of each booking's payer, in order.

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
        """The part of the facts that the methods on file give.

        :param amount: of the booking, 0 when it is not known
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
        """The part of the facts that policy and customer give."""
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
        """For example ``Visa •••• 4242, expires 04/27``."""
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
        """What is wrong, and what to do about it."""
        params = verdict.params
        if verdict.code == "on_hold":
            return self.env._(
                "New work for this customer is on hold: %(reason)s. Ask accounting "
                "to end the hold.",
                reason=params["hold_reason"].rstrip("."),
            )
        if verdict.code in ("prepayment_due", "deposit_due"):
            return self._get_deposit_text(verdict)
        if verdict.code == "method_expired":
            return self.env._(
                "The payment method on file is valid until %(expiry)s, but the work "
                "is planned for %(day)s. Request a new method.",
                expiry=format_date(self.env, params["expiry"]),
                day=format_date(self.env, params["job_date"]),
            )
        if verdict.code == "method_limited":
            limit = params["limit"]
            return self.env._(
                "The payment method on file cannot be charged for this: %(reason)s "
                "Request another method.",
                reason=self.env["payment.token"]._get_limit_text(
                    limit.code, limit.params, self.company_id or self.env.company
                ),
            )
        return self._get_readiness_texts()[verdict.code]

    def _get_deposit_text(self, verdict):
        amount = self._format_collection_amount(verdict.params["amount"])
        if verdict.code == "prepayment_due":
            return self.env._(
                "%(amount)s must be paid before a worker is sent. Send the customer "
                "the order to pay it online, or register the payment.",
                amount=amount,
            )
        return self.env._(
            "%(amount)s of the %(percent)g %% deposit is still due before a worker is "
            "sent. Send the customer the order to pay it online, or register the "
            "payment.",
            amount=amount,
            percent=verdict.params["percent"],
        )

    def _get_readiness_texts(self):
        """Texts of the reasons that have no parameters."""
        return {
            "po_missing": self.env._(
                "A PO number is required. Ask the customer for it and enter it as "
                "customer reference."
            ),
            "prepayment_unknown": self.env._(
                "This work must be paid before a worker is sent, but there is no "
                "order to pay. Make a quotation for it."
            ),
            "method_missing": self.env._(
                "No payment method is on file. Request one from the customer."
            ),
            "method": self.env._("The method on file is charged on completion."),
            "net": self.env._("The work is invoiced on terms."),
            "cod": self.env._("The worker collects the payment on site."),
            "paid": self.env._("Everything is paid."),
            "no_amount": self.env._("There is nothing to pay."),
            "closed": self.env._("The work is closed."),
            "no_policy": self.env._("No collection policy applies."),
        }

    def _format_collection_amount(self, amount):
        """Hook: an amount in the booking's currency."""
        return self.company_id.currency_id.format(amount)

    def _refresh_collection_policies(self, companies=None):
        """Resolve again where the policy and the work are still open.

        :param companies: only those of these companies, None for all
        """
        domain = Domain(self._get_open_policy_domain())
        domain &= Domain(self._get_open_booking_domain())
        domain &= Domain("company_id.collection_active", "=", True)
        if companies is not None:
            domain &= Domain("company_id", "in", companies.ids)
        self.search(domain)._refresh_collection_policy()

    def _get_open_policy_domain(self):
        """Hook: bookings whose policy follows the facts."""
        raise NotImplementedError

    def _refresh_collection_policy(self):
        """Compute the policy again, whatever has changed."""
        self.env.add_to_compute(self._fields["collection_policy_id"], self)
        self.env.add_to_compute(self._fields["collection_policy_reason"], self)
