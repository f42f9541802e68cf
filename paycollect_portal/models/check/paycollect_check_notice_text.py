# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import models
from odoo.tools import format_list
from odoo.tools.image import image_data_uri

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import checks
from ...rules.checks import (
    ANNOUNCED,
    BOUNCED,
    CANCEL,
    CANCELED,
    CLEARED,
    DEPOSITED,
    EXPIRED,
    RECEIVED,
)


class PaycollectCheckNotice(models.Model):
    """What the customer and staff read about a check."""

    _inherit = "paycollect.check.notice"

    def _get_customer_text(self):
        """Return what happens with the check, for the customer."""
        self.ensure_one()
        _ = self.env._
        until = format_day(self.env, self.expected_until)
        texts = {
            ANNOUNCED: _(
                "We're expecting this check. Reminders for its invoices pause until "
                "%(day)s.",
                day=until,
            ),
            RECEIVED: _("We've received this check."),
            DEPOSITED: _("We've received this check and deposited it."),
            CLEARED: _("This check has cleared. Thank you!"),
            BOUNCED: _(
                "The bank returned this check unpaid, so its invoices are open again. "
                "Please pay another way or contact us."
            ),
            EXPIRED: _(
                "We hadn't received this check by %(day)s, so reminders for its "
                "invoices have resumed. If you've sent it, contact us; otherwise pay "
                "another way.",
                day=until,
            ),
            CANCELED: _("You canceled this notice. Its invoices are open."),
        }
        if self.state == ANNOUNCED and self.source == checks.SITE:
            return _("Our technician has your check.")
        return texts[self.state]

    def _get_customer_env(self):
        """Return the environment for texts on the customer's invoices and statement."""
        return self.with_context(lang=self.partner_id.lang or self.env.lang).env

    def _get_refusal(self, action):
        """Return why an action isn't possible now, and what is."""
        values = {"check": self.display_name, "state": self._get_state_label()}
        texts = {
            CANCEL: self.env._(
                "%(check)s can't be canceled: it is %(state)s. Only checks that "
                "haven't arrived can be canceled.",
                **values,
            ),
            checks.RECEIVE: self.env._(
                "%(check)s can't be received: it is %(state)s.", **values
            ),
            checks.DEPOSIT: self.env._(
                "%(check)s can't be deposited: it is %(state)s. Only received checks "
                "that aren't in a deposit yet can be deposited.",
                **values,
            ),
            checks.BOUNCE: self.env._(
                "%(check)s can't be returned by the bank: it is %(state)s. If it was "
                "deposited again, receive it again first.",
                **values,
            ),
        }
        return texts.get(action) or self.env._(
            "This isn't possible for %(check)s: it is %(state)s.", **values
        )

    def _may_cancel(self):
        return checks.may(CANCEL, self.state) and self.source != checks.SITE

    def _get_invoice_names(self):
        return format_list(self.env, self.move_ids.sorted("name").mapped("name"))

    # -- slip ----------------------------------------------------------------------

    def _get_report_base_filename(self):
        return f"check-{self.number_key}"

    def _get_staff_url(self):
        company = self.company_id
        base = company.collection_public_url or self.get_base_url()
        return f"{base.rstrip('/')}/odoo/{self._name}/{self.id}"

    def _get_qr_image(self):
        """Return the QR code with which staff find the notice, as a data URI."""
        image = self.env["ir.actions.report"].barcode(
            "QR", self._get_staff_url(), width=180, height=180
        )
        return image_data_uri(base64.b64encode(image))
