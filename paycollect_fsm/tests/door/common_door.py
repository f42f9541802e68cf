# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command
from odoo.tests import Form, new_test_user

from ..common import CollectionCommon


class DoorCommon(CollectionCommon):
    """A customer who pays on site, and two workers with a login."""

    def set_scene(self):
        super().set_scene()
        journals = self.env["account.journal"]
        self.company.write(
            {
                "collection_cash_journal_id": journals.create(
                    {"name": "Cash", "type": "cash", "code": "DOOR"}
                ).id,
                "collection_check_journal_id": journals.create(
                    {"name": "Checks", "type": "bank", "code": "CHK"}
                ).id,
            }
        )
        self.other_worker_user = new_test_user(
            self.env, "another_technician", groups="fieldservice.group_fsm_user"
        )
        self.worker.partner_id = self.technician.partner_id
        self.customer = self.make_partner(mode="cod")
        self.job = self.make_job(self.customer, token=None, mode="cod")
        self.invoice = self.complete(self.job)

    def open(self, document, user=None):
        """Open the dialog; return it as the user sees it."""
        document = document.with_user(user or self.technician)
        action = document.action_take_payment()
        return document.env[action["res_model"]].browse(action["res_id"])

    def fill(self, dialog, **values):
        """Fill in the form like a user; return the dialog."""
        with Form(dialog) as form:
            for name, value in values.items():
                form[name] = value
        return dialog

    def take(self, document, user=None, **values):
        """Open the dialog, fill it in and confirm; return what the screen shows."""
        dialog = self.fill(self.open(document, user), **values)
        return dialog.action_take()["params"]["status"]

    def get_rows(self, move):
        return self.env["paycollect.custody"].search(
            [("move_id", "=", move.id)], order="id"
        )

    def make_invoice(self, amount=100.0, partner=None, **values):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.customer).id,
                "invoice_date": self.company._get_today(),
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": self.repair.id,
                            "price_unit": amount,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def find_tasks(self, record):
        return self.env["mail.activity"].search(
            [("res_model", "=", record._name), ("res_id", "=", record.id)]
        )

    def find_receipts(self, custody):
        return self.env["mail.mail"].search(
            [("model", "=", "paycollect.custody"), ("res_id", "=", custody.id)]
        )
