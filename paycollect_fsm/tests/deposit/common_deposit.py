# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command

from ..common import CollectionCommon


class DepositCommon(CollectionCommon):
    """Customers whose policy asks for a deposit of 30 %, and orders of 1,000."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.policies["auto"].deposit_percent = 30
        cls.seller = cls.make_user(
            "a_seller",
            "sales_team.group_sale_salesman_all_leads,fieldservice.group_fsm_user_own",
        )
        cls.big = cls.make_product("Installation", 1000)

    @classmethod
    def quote(cls, partner=None, lines=None, token="done", **values):
        """Create a quotation, with a card for ``token``."""
        partner = partner or cls.make_partner()
        if token:
            cls.make_token(partner, answer=token)
        return cls.make_sale(partner, lines or [cls.big], confirm=False, **values)

    def confirm_by_staff(self, order, user=None):
        """Confirm it, and do the queued work."""
        with self.with_jobs():
            order.with_user(user or self.seller).action_confirm()
        self.env.invalidate_all()
        return order

    def pay_online(self, order, amount, state="done", **values):
        """The customer pays for the order on a page."""
        payment = self.env["payment.transaction"].create(
            {
                "provider_id": self.provider.id,
                "payment_method_id": self.method.id,
                "amount": amount,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "operation": "online_direct",
                "sale_order_ids": [Command.set(order.ids)],
                **values,
            }
        )
        if state == "done":
            payment._set_done()
            with self.with_jobs():
                payment._post_process()
        elif state == "pending":
            payment._set_pending()
        self.env.invalidate_all()
        return payment

    def tasks(self, record):
        return self.env["mail.activity"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def plan_work(self, jobs, hours):
        """The jobs begin in some hours."""
        jobs.scheduled_date_start = self.now() + timedelta(hours=hours)

    def settle(self, order, user=None, **values):
        order = order.with_user(user or self.accountant)
        action = order.action_settle_deposit()
        wizard = order.env[action["res_model"]].browse(action["res_id"])
        wizard.write(values)
        with self.with_jobs():
            wizard.action_confirm()
            refunds = self.env["paycollect.refund"].search(
                [("reason", "like", f"canceled order {order.name}")]
            )
            requested = refunds.filtered(lambda refund: refund.state == "requested")
            for refund in requested:
                refund.with_user(self.manager).action_approve()
        self.env.invalidate_all()
        return refunds
