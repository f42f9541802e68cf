# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, fields, models

from ...rules.readiness import get_deposit_due


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

    def _set_collection_policy(self):
        super()._set_collection_policy()
        for order in self:
            order._propose_policy_prepayment()

    def _propose_policy_prepayment(self):
        """Ask for the policy's prepayment on the quotation; keep what was changed."""
        self.ensure_one()
        share = self.collection_policy_id._get_prepayment_share()
        collects = self.company_id.collection_active
        if not collects or self.state not in ("draft", "sent"):
            return
        if share == self.collection_prepayment:
            return
        self.collection_prepayment = share
        company = self.company_id
        self.require_payment = bool(share) or company.portal_confirmation_pay
        self.prepayment_percent = share or company.prepayment_percent

    def _get_amount_due_now(self, now=None):
        """Return what has to be paid before the work starts and isn't paid yet.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        if self.state == "cancel" or not self.company_id.collection_active:
            return 0.0
        today = self.company_id._get_today(now)
        facts, _tokens = self._get_collection_facts(today)
        return self.currency_id.round(get_deposit_due(facts[self]))

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
