# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.const import LETTER, QUEUED

REPORT = "paycollect_dunning.report_letter_action"


class PaycollectDunningMessage(models.Model):
    """Letters: printed in one batch, then marked as mailed."""

    _inherit = "paycollect.dunning.message"

    printed_at = fields.Datetime(string="Printed On", readonly=True)

    def action_print_letters(self):
        """Button: one PDF of these letters (Collections users).

        :raise UserError: if there is none among them
        """
        self.env["paycollect.access"]._check_user(self)
        letters = self.filtered(lambda row: row.channel == LETTER)
        if not letters:
            raise UserError(self.env._("Choose at least one letter to print."))
        letters.sudo().printed_at = fields.Datetime.now()
        return self.env.ref(REPORT).report_action(letters)

    def action_mark_mailed(self):
        """Button: these letters are in the mail (Collections users).

        :raise UserError: for letters that were not printed
        """
        self.env["paycollect.access"]._check_user(self)
        letters = self.sudo().filtered(
            lambda row: row.channel == LETTER and row.state == QUEUED
        )
        if letters.filtered(lambda row: not row.printed_at):
            raise UserError(
                self.env._("Print the letters first, then mark them as mailed.")
            )
        letters._set_sent(fields.Datetime.now())

    def _queue_letters(self, now):
        """Letters wait in their list until they are printed; a newer one replaces
        what was never printed."""
        older = self.search(
            [
                ("case_id", "in", self.case_id.ids),
                ("channel", "=", LETTER),
                ("state", "=", QUEUED),
                ("printed_at", "=", False),
                ("id", "<", min(self.ids, default=0)),
            ]
        )
        for row in older:
            row._set_skipped("replaced")
        self._attach_statements(now)

    def _get_letter(self):
        """Return the letter as HTML, in its recipient's language; for the report."""
        self.ensure_one()
        row = self.with_context(lang=self._get_lang())
        return row._render_mails()[self.id]["body_html"]

    def _get_letter_values(self):
        """Return what the letterhead shows, in the language of the context."""
        self.ensure_one()
        today = self.company_id._get_today(self.send_at or self.date)
        return {
            "address": self.address or "",
            "date": format_day(self.env, today),
            "online": self.env._(
                "Log in at %(url)s.",
                url=f"{self.company_id._get_public_url()}/my/balance",
            ),
            "subject": self._get_letter_subject(),
        }

    def _get_letter_subject(self):
        said = self._get_reminder()
        if said["overdue"]:
            return self.env._("%(amount)s past due", amount=said["overdue"])
        return self.env._(
            "%(amount)s due %(when)s", amount=said["total"], when=said["due"]
        )
