# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields

from odoo.addons.queue_job.tests.common import trap_jobs

from ..rights.common_rights import RightsCommon

ADDRESS = "ap@acme.example.com"


class PrivacyCommon(RightsCommon):
    """A customer whose job is paid, with traces in every model."""

    def set_scene(self):
        super().set_scene()
        self.users["admin"] = self.get_user("an_administrator")
        self.invoice, self.attempt = self.complete_and_charge()
        self.transaction = self.attempt.transaction_id
        self.transaction.write(
            {"partner_email": ADDRESS, "collection_ip_address": "192.0.2.7"}
        )
        self.consent = self.card.consent_ids
        self.env.cr.execute(
            "UPDATE paycollect_consent SET ip_address = '192.0.2.7' WHERE id = %s",
            [self.consent.id],
        )
        self.consent.invalidate_recordset()
        Link = self.env["paycollect.link"]
        self.url = Link._issue(self.customer, "method", self.company)
        self.link = Link.search([], order="id desc", limit=1)
        self.messages = self.env["paycollect.message"].search(
            [("partner_id", "child_of", self.customer.id)]
        )
        self.messages |= self.env["paycollect.message"].create(
            {
                "move_id": self.invoice.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "occasion": "declined",
                "channel": "mail",
                "state": "sent",
                "address": ADDRESS,
                "queued_at": fields.Datetime.now(),
            }
        )
        self.messages.state = "sent"

    def open_dialog(self, role, name, customer=None):
        customer = customer or self.customer
        action = self.call(role, customer, name)
        dialog = self.env[action["res_model"]].browse(action["res_id"])
        return self.as_user(dialog, role)

    def forget(self, role="manager"):
        """Forget the customer; return the record of it and the queued jobs."""
        with trap_jobs() as trap:
            self.open_dialog(role, "action_forget_customer").action_forget()
        self.env.invalidate_all()
        return self.env["paycollect.erasure"].search([], limit=1), trap
