# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL


@tagged("post_install", "-at_install")
class TestMailTemplate(TransactionCase):
    """Emails after an update of the addon."""

    def test_only_emails_that_nobody_edited_are_replaced(self):
        receipt = self.env.ref("paycollect_fsm.mail_template_receipt")
        consent = self.env.ref("paycollect_fsm.mail_template_consent")
        current = receipt.subject
        for template, days in ((receipt, 0), (consent, 1)):
            template.subject = "Old"
            template.flush_recordset()
            written = template.create_date + timedelta(days=days)
            self.env.cr.execute(
                SQL(
                    "UPDATE mail_template SET write_date = %s WHERE id = %s",
                    written,
                    template.id,
                )
            )
        self.env.invalidate_all()
        replaced = self.env["mail.template"]._reset_unedited("paycollect_fsm")
        self.assertIn(receipt, replaced)
        self.assertNotIn(consent, replaced)
        self.assertEqual((receipt.subject, consent.subject), (current, "Old"))
        again = self.env["mail.template"]._reset_unedited("paycollect_fsm")
        self.assertEqual(again, replaced, "the next migration renews them, too")
