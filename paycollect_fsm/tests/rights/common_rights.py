# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields
from odoo.service.model import call_kw
from odoo.tests import new_test_user

from ..common import CollectionCommon

ROLES = (
    "portal",
    "technician",
    "dispatcher",
    "clerk",
    "collector",
    "manager",
    "other_manager",
)
OTHER_MANAGER = (
    "paycollect_fsm.group_manager,fieldservice.group_fsm_manager,"
    "sales_team.group_sale_manager"
)


class RightsCommon(CollectionCommon):
    """A collected job, everything that it left behind, and a user for each role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls.env["res.company"].create({"name": "Other Company"})
        cls.users = {role: cls.get_user(f"the_{role}") for role in ROLES[:-1]} | {
            "other_manager": cls.make_other_manager()
        }
        cls.customer = cls.make_partner()
        cls.users["portal"].partner_id.parent_id = cls.customer
        cls.card = cls.make_token(cls.customer)
        cls.job = cls.make_job(cls.customer, token=None)
        cls.extra = cls.env["fsm.order.collection.line"].create(
            {"order_id": cls.job.id, "product_id": cls.cable.id}
        )
        cls.order = cls.job.sale_line_id.order_id

    @classmethod
    def make_other_manager(cls):
        company = cls.other_company
        return new_test_user(
            cls.env,
            "the_other_manager",
            groups=OTHER_MANAGER,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def complete_and_charge(self):
        """Complete the job and charge it; return the invoice and the attempt."""
        invoice = self.complete(self.job)
        return invoice, invoice.collection_attempt_ids

    def as_user(self, record, role):
        user = self.users[role]
        return record.with_user(user).with_context(
            allowed_company_ids=user.company_ids.ids
        )

    def call(self, role, records, name, *args, **kwargs):
        """Call a method like the web client does."""
        model = self.as_user(self.env[records._name], role)
        return call_kw(model, name, [records.ids, *args], kwargs)

    def write_as(self, role, records, **vals):
        return self.call(role, records, "write", vals)

    def make_unknown(self):
        """Complete the job; the provider's response to the charge is lost."""
        invoice, attempt = self.complete_and_charge()
        attempt.transaction_id.state = "draft"
        attempt.write({"state": "unknown", "sent_at": fields.Datetime.now()})
        return invoice, attempt
