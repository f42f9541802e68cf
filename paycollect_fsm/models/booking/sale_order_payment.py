# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import float_compare

from ...rules.deposit import get_deposit, to_units
from ...rules.readiness import PREPAID, get_deposit_due
from .paycollect_booking_mixin import BOOKING_GROUPS

PREPAYMENT_FIELDS = frozenset({"require_payment", "prepayment_percent"})


class SaleOrder(models.Model):
    """What a customer pays before the work starts: everything, or a deposit.

    The quotation asks for it with Odoo's own prepayment; after the confirmation, the
    customer gets a link.
    """

    _inherit = "sale.order"

    collection_prepayment = fields.Float(
        string="Policy Prepayment",
        readonly=True,
        copy=False,
        help="The share of the total that the policy asks for before the work starts. "
        "A different prepayment on the quotation was agreed on with the customer.",
        groups="base.group_user",
    )

    collection_deposit_percent = fields.Float(
        string="Deposit (%)",
        digits=(5, 2),
        copy=False,
        help="The share of the total that the customer pays before the work starts. "
        "The policy suggests it; another one was agreed on with the customer.",
        groups="base.group_user",
        write_groups=BOOKING_GROUPS,
    )

    @api.constrains("collection_deposit_percent")
    def _check_collection_deposit_percent(self):
        for order in self:
            if not 0 <= order.collection_deposit_percent <= 100:
                raise ValidationError(
                    self.env._(
                        "“Deposit (%%)” of %(order)s is %(percent)g%%, but it must be "
                        "between 0%% and 100%%. Enter a percentage in that range.",
                        order=order.name,
                        percent=order.collection_deposit_percent,
                    )
                )

    @api.onchange("collection_deposit_percent")
    def _onchange_collection_deposit_percent(self):
        self._ask_for_deposit()

    @api.model_create_multi
    def create(self, vals_list):
        """Keep a deposit that was entered, also none; prepaid work has no other."""
        orders = super().create(vals_list)
        for order, vals in zip(orders, vals_list, strict=True):
            entered = vals.get("collection_deposit_percent")
            prepaid = order.collection_policy_id.collection_mode == PREPAID
            if entered is not None and not prepaid:
                order.collection_deposit_percent = entered
        return orders

    def write(self, vals):
        """Keep Odoo's prepayment and the deposit the same, whichever is changed."""
        result = super().write(vals)
        if "collection_deposit_percent" in vals:
            for order in self:
                order._ask_for_deposit()
        elif PREPAYMENT_FIELDS.intersection(vals):
            for order in self:
                order._follow_prepayment()
        return result

    def _set_collection_policy(self):
        super()._set_collection_policy()
        for order in self:
            order._propose_policy_prepayment()

    def _propose_policy_prepayment(self):
        """Ask for the policy's prepayment on the quotation; keep what was agreed on.

        Prepaid work has no other terms.
        """
        self.ensure_one()
        policy = self.collection_policy_id
        share = policy._get_prepayment_share()
        collects = self.company_id.collection_active
        if not collects or self.state not in ("draft", "sent"):
            return
        if share == self.collection_prepayment:
            return
        agreed = not self._has_share(self.collection_prepayment)
        self.collection_prepayment = share
        if agreed and policy.collection_mode != PREPAID:
            return
        company = self.company_id
        self.collection_deposit_percent = share * 100
        if not share:
            self._set_prepayment(
                company.portal_confirmation_pay, company.prepayment_percent
            )

    def _has_share(self, share):
        """Whether the deposit is this share of the total."""
        return not float_compare(
            self.collection_deposit_percent, share * 100, precision_digits=2
        )

    def _ask_for_deposit(self):
        """Ask for the deposit with Odoo's prepayment, while it is a quotation."""
        self.ensure_one()
        percent = self.collection_deposit_percent
        collects = self.company_id.collection_active and 0 <= percent <= 100
        if not collects or self.state not in ("draft", "sent"):
            return
        self._set_prepayment(bool(percent), percent / 100 or self.prepayment_percent)

    def _set_prepayment(self, required, share):
        """Both in one write: each alone would be taken for the customer's wish."""
        if (self.require_payment, self.prepayment_percent) != (required, share):
            self.write({"require_payment": required, "prepayment_percent": share})

    @api.onchange("require_payment", "prepayment_percent")
    def _onchange_collection_prepayment(self):
        self._follow_prepayment()

    def _follow_prepayment(self):
        """Take over the prepayment that was entered in Odoo's own field."""
        self.ensure_one()
        asked = self.collection_deposit_percent
        if not asked or self.collection_policy_id.collection_mode == PREPAID:
            return
        share = self.prepayment_percent if self.require_payment else 0.0
        if self.state in ("draft", "sent") and not self._has_share(share):
            self.collection_deposit_percent = share * 100

    def _get_deposit_percent(self):
        return self.collection_deposit_percent

    def _get_prepayment_required_amount(self):
        """Ask for exactly the amount that the deposit is booked with."""
        amount = super()._get_prepayment_required_amount()
        percent = self.collection_deposit_percent
        if not amount or not percent or not self.company_id.collection_active:
            return amount
        unit = self.currency_id.rounding
        asked = get_deposit(to_units(self.amount_total, unit), percent)
        return self.currency_id.round(asked * unit)

    def _get_amount_due_now(self, now=None):
        """Return what has to be paid before the work starts and isn't paid yet.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if self.state == "cancel" or not self.company_id.collection_active:
            return 0.0
        today = self.company_id._get_today(now)
        facts, _tokens = self._get_collection_facts(today)
        if facts[self].closed:
            return 0.0  # the invoice asks for what is left
        return self.currency_id.round(get_deposit_due(facts[self]))

    def _get_offer_end(self):
        """Return when the quotation expires (naive UTC), or None."""
        self.ensure_one()
        if self.state not in ("draft", "sent") or not self.validity_date:
            return None
        return self.company_id._get_moment(self.validity_date + timedelta(days=1))

    # -- the page behind a link ----------------------------------------------------

    def _get_link_amount(self):
        """Return what the customer's page asks for."""
        return self._get_amount_due_now()

    def _get_payment_problem(self):
        """Return why the customer can't pay now, or False.

        :return: ``canceled``, ``processing``, ``paid`` or ``expired``
        """
        self.ensure_one()
        if self.state == "cancel":
            return "canceled"
        if any(self._is_in_process(tx) for tx in self.transaction_ids):
            return "processing"
        if not self._get_link_amount():
            return "paid"
        return "expired" if self.is_expired else False

    def _is_in_process(self, transaction):
        """Whether a payment is on its way; one that is made by wire may never come."""
        return transaction.state == "pending" and transaction.provider_code != "custom"

    def _stores_method(self):
        """Hook: whether who pays agrees to the method being stored (sudo)."""
        self.ensure_one()
        return False

    def _prepare_link_payment_vals(self):
        """Return the transaction's values that make it a payment of this order."""
        return {"sale_order_ids": [Command.set(self.ids)]}

    def _get_order_to_pay(self):
        return self

    def _get_link_values(self):
        return {"order_id": self.id}

    def _get_work_title(self):
        """Return the first service, or the first product."""
        lines = self.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        services = lines.filtered(lambda line: line.product_id.type == "service")
        return (services or lines)[:1].product_id.name or ""

    def _get_planned_day(self):
        moments = self.fsm_order_ids.mapped("scheduled_date_start")
        moment = min(filter(None, moments), default=self.commitment_date)
        return self._get_local_day(moment) if moment else None
