# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from odoo.addons.paycollect_fsm.rules.contact import find_numbers

from ...rules.const import SMS
from ...rules.opt_out import START, STOP, read_reply


class ResCompany(models.Model):
    """Text messages that customers send: opting out and in, and replies (Q4)."""

    _inherit = "res.company"

    def _receives_texts(self):
        """Whether replies to texts reach this database: only through Twilio."""
        self.ensure_one()
        company = self.sudo()
        return (
            "sms_twilio_auth_token" in company._fields
            and company.sms_provider == "twilio"
            and bool(company.sms_twilio_auth_token)
        )

    @api.model
    def _search_texting(self, account, number):
        """Return the companies (sudo) with this Twilio account, those with the number
        first; none without ``sms_twilio``."""
        if not account or "sms_twilio_account_sid" not in self._fields:
            return self.browse()
        found = self.sudo().search([("sms_twilio_account_sid", "=", account)])
        return found.sorted(
            lambda one: number not in one.sms_twilio_number_ids.mapped("number")
        )

    def _receive_text(self, number, text, reference, now):
        """Act on a text message from a verified sender.

        STOP counts at once for the number, whoever has it, and ends all texts of ours.

        :param str number: the sender's
        :param str reference: the carrier's ID; a repeated delivery does nothing again
        :param now: naive UTC datetime
        :return: what to answer, empty for nothing
        """
        self.ensure_one()
        number = next(iter(find_numbers(number, self.country_id.code)), None)
        if not number:
            return ""
        told = self._find_texted(number)
        asked = read_reply(text)
        if asked:
            said = (text, reference)
            return self._note_opt_out(asked, number, said, told, now)
        replies = self.env["paycollect.dunning.reply"].sudo()
        if told and not replies._is_known(reference):
            replies._receive(
                told.case_id, SMS, text, now, told.partner_id, number, reference
            )
        return ""

    def _find_texted(self, number):
        """Return the latest reminder (sudo) by text to this number, if any."""
        return (
            self.env["paycollect.dunning.message"]
            .sudo()
            .search(
                [
                    ("company_id", "=", self.id),
                    ("channel", "=", SMS),
                    ("address", "=", number),
                ],
                order="id desc",
                limit=1,
            )
        )

    def _cancel_texts(self, number):
        """Take the texts to a number that has not left yet out of the queue."""
        waiting = (
            self.env["sms.sms"]
            .sudo()
            .search([("number", "=", number), ("state", "=", "outgoing")])
        )
        waiting.action_set_canceled()
        self.env["paycollect.message"].sudo().search(
            [("sms_id", "in", waiting.ids), ("state", "=", "queued")]
        )._set_skipped("opted_out")

    def _note_opt_out(self, asked, number, said, told, now):
        """Keep an opt-out, or lift it, with who, when and by which words.

        :param said: the words, and the carrier's ID of their message: what was received
            once does nothing again, so that nobody can lift an opt-out by repeating it
        :return: the one confirmation; empty if nothing changed
        """
        text, reference = said
        ledger = self.env["phone.blacklist"].sudo()
        if ledger._is_logged(reference):
            return ""
        is_blocked = bool(ledger.search_count([("number", "=", number)], limit=1))
        keep = ledger._add if asked == STOP else ledger._remove
        keep([number])._log_words(text, told.partner_id, now, reference)
        if is_blocked == (asked == STOP):
            return ""
        lang = told._get_lang() if told else self.partner_id.lang or "en_US"
        company = self.with_context(lang=lang)
        if asked == START:
            return company.env._(
                "%(company)s: you'll get text messages again. Reply STOP to opt out.",
                company=self.name,
            )
        self._cancel_texts(number)
        return company.env._(
            "%(company)s: you won't get any more text messages from us. Reply START "
            "to get them again.",
            company=self.name,
        )
