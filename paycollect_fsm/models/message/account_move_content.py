# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import fields, models

from ...rules.const import OCCASION_DECLINED, RECEIPTS
from ...rules.contact import find_emails
from ...rules.retry import next_texting
from .ir_actions_report import LETTERHEAD

_logger = logging.getLogger(__name__)

PDF_REPORT = "account.account_invoices"
INVOICE = "paycollect_fsm.mail_template_invoice"


class AccountMove(models.Model):
    """The content of messages about an invoice."""

    _inherit = "account.move"

    def _create_message(self, xmlid, address):
        """Return the unsent ``mail.mail`` for this invoice.

        :param str xmlid: of the template
        """
        # Read them together, not one after the other.
        self.line_ids.mapped("name")
        (self.company_id.partner_id | self.env.user.partner_id).mapped("email")
        values = {
            "email_to": address,
            "recipient_ids": [],
            "attachment_ids": self._get_pdf_attachments().ids,
        }
        if xmlid == INVOICE or self._is_copy():
            # It may contain a link that acts as the customer: coworkers see a note.
            values |= {
                "model": False,
                "res_id": False,
                "auto_delete": True,
                "email_cc": False,
            }
        Template = self.env["mail.template"]
        template = Template.browse(self.env["ir.model.data"]._xmlid_to_res_id(xmlid))
        mail_id = template.send_mail(self.id, force_send=False, email_values=values)
        return self.env["mail.mail"].browse(mail_id)

    def _create_text(self, occasion, number):
        """Return the unsent ``sms.sms`` about this invoice; it leaves no chatter."""
        template, url = self._get_text(occasion)
        template = template.with_context(collection_url=url)
        body = template._render_field("body", self.ids, compute_lang=True)[self.id]
        return self.env["sms.sms"].create(
            {"number": number, "body": body, "partner_id": self.partner_id.id}
        )

    def _get_text(self, occasion):
        """Hook: the SMS template for an occasion and the link it contains."""
        if occasion == OCCASION_DECLINED:
            return self._get_decline_sms()
        name = "sms_template_invoice"
        if occasion in RECEIPTS:
            mailed = self.partner_id._get_collection_email()
            name = "sms_template_receipt" if mailed else "sms_template_receipt_only"
        return self.env.ref(f"paycollect_fsm.{name}"), self._get_pay_link()

    def _get_decline_sms(self):
        """Return the SMS template for a decline and the link it contains."""
        if url := self._get_authentication_link():
            return self.env.ref("paycollect_fsm.sms_template_authenticate"), url
        url = self._get_method_link() or self._get_pay_link()
        return self.env.ref("paycollect_fsm.sms_template_declined"), url

    def _get_texting_time(self, occasion, at):
        """Return when a text may be sent (Q1); receipts may be sent at any hour."""
        if occasion in RECEIPTS:
            return at
        return next_texting(at, self._get_customer_zone())

    def _get_pdf_attachments(self):
        """Return the invoice's PDF as an attachment, or an empty recordset.

        Empty if the setting is off or no PDF engine is available: a message without
        its PDF is better than none.
        """
        Attachment = self.env["ir.attachment"]
        report = self.env["ir.actions.report"].with_context(**{LETTERHEAD: True})
        if not self.company_id.collection_attach_pdf:
            return Attachment
        if report.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            return Attachment
        if self.invoice_pdf_report_id:
            return self.invoice_pdf_report_id
        try:
            with self.env.cr.savepoint():
                content, kind = report._render_qweb_pdf(PDF_REPORT, self.ids)
        except Exception:
            _logger.exception("The PDF of %s could not be created", self.name)
            return Attachment
        if kind != "pdf":
            return Attachment
        return Attachment.create(
            {
                "name": self._get_invoice_report_filename(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    # -- values for the templates ---------------------------------------------

    def _get_message_partner(self):
        """Return the invoice contact, or the customer if it has no email address."""
        self.ensure_one()
        partner = self.partner_id
        return partner if find_emails(partner.email) else partner.commercial_partner_id

    def _get_method_link(self):
        """Return a new link to add a method, if that would get the invoice paid.

        Only in the system's own messages: whoever writes to the customer themselves
        does not get a link that acts as the customer.
        """
        if not self.env.su or self._is_copy() or self._needs_authentication():
            return False
        if self.collection_mode != "auto" or self._has_usable_method():
            return False
        if not self._get_last_attempt()._may_follow():
            return False  # somebody canceled the charge, so none would follow
        return self.env["paycollect.link"]._issue_sealed(
            self.commercial_partner_id, "method", company=self.company_id, move=self
        )

    def _has_usable_method(self, now=None):
        now = now or fields.Datetime.now()
        token = self._get_tokens_to_charge(now=now)[self]
        today = self.company_id._get_today(now)
        return token and not token._is_expired_on(today) and not self._is_declined()

    def _get_pay_link(self):
        """Return the URL of the invoice's native page, which needs no login."""
        path = self._get_copy_path() or self.get_portal_url()
        return f"{self.company_id._get_public_url()}{path}"
