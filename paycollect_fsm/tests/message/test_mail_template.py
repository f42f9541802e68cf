# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta
from pathlib import Path

from odoo.modules.migration import load_script
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL, convert_file

ADDON = Path(__file__).parents[2]


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

    def test_a_database_from_before_prepaid_services_gets_their_words(self):
        """What an update does: it loads the data, then migrates."""
        consent = self.env.ref("paycollect_fsm.mail_template_consent")
        new = ("sms_template_block_receipt", "mail_template_hour_block_expiry")
        for name in new:
            self.env.ref(f"paycollect_fsm.{name}").unlink()
        consent.write({"subject": "Saved", "body_html": "<p>Saved</p>"})
        consent._set_unedited()
        convert_file(
            self.env, "paycollect_fsm", "data/mail_template_block.xml", {}, "update"
        )
        script = ADDON / "migrations/19.0.1.0.1/post-migration.py"
        load_script(str(script), "paycollect_migration").migrate(
            self.env.cr, "19.0.1.0.0"
        )
        self.env.invalidate_all()
        for name in new:
            self.assertTrue(self.env.ref(f"paycollect_fsm.{name}"))
        self.assertEqual(consent.subject, "{{ object._get_copy_subject() }}")
        self.assertIn("object._get_copy_title()", consent.body_html)
