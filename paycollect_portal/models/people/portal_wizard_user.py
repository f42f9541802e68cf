# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from .paycollect_message import INVITATION

QUEUED = "collection_queued_invitation"
TEMPLATE = "auth_signup.portal_set_password_email"


class PortalWizardUser(models.TransientModel):
    """Odoo's dialog that grants portal access, used for a customer's invitation."""

    _inherit = "portal.wizard.user"

    def _send_email(self):
        """Queue the same email instead of talking to the mail server, and follow it.

        It belongs to no document: coworkers would read the link to the new login.
        """
        if not self.env.context.get(QUEUED):
            return super()._send_email()
        self.ensure_one()
        user, company = self.user_id.sudo(), self.env.company
        contact = user.partner_id
        contact.signup_prepare()
        template = self.env.ref(TEMPLATE).with_context(
            dbname=self.env.cr.dbname,
            lang=user.lang,
            welcome_message=self.wizard_id.welcome_message,
            medium="portalinvite",
        )
        values = {"model": False, "res_id": False, "auto_delete": True}
        mail_id = template.send_mail(user.id, force_send=False, email_values=values)
        mail = self.env["mail.mail"].browse(mail_id)
        contact._follow_message(mail, INVITATION, contact.email, company)
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()
        return True
