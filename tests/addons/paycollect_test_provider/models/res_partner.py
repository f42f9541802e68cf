# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, api, fields, models

from odoo.addons.paycollect_fsm.rules.installment import Row


class ResPartner(models.Model):
    _inherit = "res.partner"

    def open_account_for_tests(self):
        """Give the customer a login, whose password is the login; return a link to the
        balance."""
        self.ensure_one()
        system = self.sudo()
        system.env["res.users"].with_context(no_reset_password=True).create(
            {
                "partner_id": self.id,
                "login": self.email,
                "password": self.email,
                "group_ids": [Command.set(self.env.ref("base.group_portal").ids)],
            }
        )
        return system.env["paycollect.link"]._issue(system, "balance")

    def bill_for_tests(self, amount):
        """Post an invoice that is due today and that no policy charges; return its
        ID."""
        self.ensure_one()
        today = self.env.company._get_today()
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.id,
                "invoice_date": today,
                "invoice_payment_term_id": False,
                "invoice_date_due": today,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "name": "Visit",
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
            }
        )
        move.action_post()
        return move.id

    def book_for_tests(self):
        """Confirm an order like the customer's first one, for tomorrow, whose estimate
        is held; return the IDs of the order and of its job."""
        self.ensure_one()
        orders = self.env["sale.order"].sudo()
        first = orders.search([("partner_id", "=", self.id)], order="id", limit=1)
        day = fields.Datetime.now() + timedelta(days=1)
        policies = self.env["paycollect.policy"].sudo()
        self.collection_policy_id = policies.search([("hold_at_booking", "=", True)])
        order = first.copy(
            {"fsm_location_id": first.fsm_location_id.id, "commitment_date": day}
        )
        order.action_confirm()
        job = order.fsm_order_ids
        job.write({"person_id": first.fsm_order_ids.person_id.id})
        return order.id, job.id

    def plan_for_tests(self, move_id, amounts, token_id):
        """Let the customer accept to pay an invoice in parts, one today and one each
        day; return the plan's ID."""
        now = fields.Datetime.now()
        plans = self.env["paycollect.installment.plan"].sudo()
        move = plans.env["account.move"].browse(move_id)
        today = move.company_id._get_today(now)
        rows = [
            (Row(amount, today + timedelta(days=number)), False)
            for number, amount in enumerate(amounts)
        ]
        plan = plans._offer(move, rows, now, needs_method=True)
        token = plans.env["payment.token"].browse(token_id)
        plan._accept(self, token, "portal", now)
        return plan.id

    def prepay_for_tests(self, token_id):
        """Sell the customer what pays for one visit, paid by bank transfer; let the
        customer agree that the next one is charged. Return the ID of the invoice."""
        self.ensure_one()
        system = self.sudo()
        orders = system.env["sale.order"]
        first = orders.search([("partner_id", "=", self.id)], order="id", limit=1)
        visit = first.order_line.product_id
        product = visit.create(
            {
                "name": "One visit",
                "type": "service",
                "list_price": visit.list_price,
                "taxes_id": [Command.set(visit.taxes_id.ids)],
                "hour_block_kind": "money",
                "hour_block_income": "sold",
                "hour_block_refill": "charge",
                "hour_block_threshold": 100,
            }
        )
        move = system.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.id,
                "invoice_line_ids": [Command.create({"product_id": product.id})],
            }
        )
        move.action_post()
        system.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        ).create({})._create_payments()
        token = system.env["payment.token"].browse(token_id)
        system.env["paycollect.hour.refill"]._start(
            move.hour_block_ids, system, token, fields.Datetime.now()
        )
        return move.id

    def refill_for_tests(self):
        """Run the job that sells the next block once more in this request."""
        blocks = self.env["paycollect.hour.block"].sudo()
        for block in blocks.search([("partner_id", "=", self.id)]):
            block._refill()
        return True

    @api.model
    def run_schedules_for_tests(self):
        """Run the crons of autopay and of scheduled payments in this request."""
        system = self.sudo()
        system.env["paycollect.autopay"]._cron_run()
        system.env["paycollect.scheduled.payment"]._cron_run()
        return True
