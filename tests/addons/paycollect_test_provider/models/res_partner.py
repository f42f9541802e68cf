# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, models


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

    @api.model
    def run_schedules_for_tests(self):
        """Run the crons of autopay and of scheduled payments in this request."""
        system = self.sudo()
        system.env["paycollect.autopay"]._cron_run()
        system.env["paycollect.scheduled.payment"]._cron_run()
        return True
