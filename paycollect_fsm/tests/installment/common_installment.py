# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo import Command

from ..common import CollectionCommon

DAY_0 = datetime(2026, 6, 1, 14)


class InstallmentCommon(CollectionCommon):
    """An invoice of 300.00 that its customer pays in three parts, every two weeks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.clock = cls.startClassPatcher(freeze_time(DAY_0))
        cls.customer = cls.make_partner(mode="net")
        cls.card = cls.make_token(cls.customer)

    def make_invoice(self, price=300, customer=None, **values):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (customer or self.customer).id,
                "invoice_date": "2026-06-01",
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.repair.id,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def open_offer(self, document, user=None, **values):
        """:param document: an invoice, or the plan to replace"""
        document = document.with_user(user or self.accountant)
        if document._name == "account.move":
            action = document.action_offer_installments()
        else:
            action = document.action_offer_other()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        wizard = wizard.with_user(user or self.accountant)
        self.assertEqual(str(wizard.first_date), "2026-06-08", "a week to accept")
        first = {"count": 3, "weeks": 2, "first_date": "2026-06-01"}
        wizard.write(first | values)
        wizard.action_split()
        return wizard

    def offer(self, document, **values):
        action = self.open_offer(document, **values).action_confirm()
        return self.env[action["res_model"]].browse(action["res_id"])

    def accept(self, plan, token=None, **values):
        token = self.card if token is None else token
        with self.with_jobs():
            plan._accept(self.customer, token, "portal", self.now(), **values)
        self.env.invalidate_all()
        return plan

    def make_plan(self, move=None, **values):
        return self.accept(self.offer(move or self.make_invoice(), **values))

    def run_plans(self, days, hours=0):
        """Run the cron and its jobs on that day after the first."""
        with freeze_time(DAY_0 + timedelta(days=days, hours=hours)):
            with self.with_jobs():
                self.env["paycollect.installment.plan"]._cron_run()
            self.env["paycollect.installment.plan"].invalidate_model()
            self.env["paycollect.installment"].invalidate_model()

    def get_state(self, plan, days):
        with freeze_time(DAY_0 + timedelta(days=days)):
            plan.invalidate_recordset()
            state = plan.state
            found = plan.search([("id", "=", plan.id), ("state", "=", state)])
            self.assertEqual(found, plan, "the search agrees")
            return state

    def get_charged(self, plan):
        paid = plan.attempt_ids.filtered(lambda a: a.state in ("paid", "settling"))
        return paid.sorted("id").mapped("amount")

    def pay(self, move, amount):
        self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({"amount": amount}).action_create_payments()
