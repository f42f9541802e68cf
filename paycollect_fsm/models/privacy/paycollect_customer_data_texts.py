# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from markupsafe import Markup, escape

from odoo import api, models
from odoo.fields import Domain

from ...rules.contact import find_emails

BLANK = "…"
BY_PEOPLE = ("comment", "email")


class PaycollectCustomerData(models.AbstractModel):
    """Addresses and phone numbers in what we wrote to and about a customer.

    Odoo's “Privacy Lookup” doesn't search in texts. That a receipt was sent, and what
    was in it, is kept; what people wrote is theirs.
    """

    _inherit = "paycollect.customer.data"

    @api.model
    def _blank_texts(self, partners, company):
        """Blank the customer's addresses in our emails, notes and activities.

        Call it before the rows that know these addresses are blanked.

        :return: ``{model: number of rows}``
        """
        sent = self._search_rows("paycollect.message", partners, company)
        words = self._find_addresses(partners, sent)
        counts = {"mail.mail": len(sent.mail_id), "sms.sms": len(sent.sms_id)}
        documents = self._search_documents(partners, company)
        for model, name in (("mail.message", "body"), ("mail.activity", "note")):
            found = self._search_notes(model, documents)
            counts[model] = self._replace(found, name, words)
        self._blank_sent(sent, words)
        return {model: count for model, count in counts.items() if count}

    def _blank_sent(self, messages, words):
        """Blank these words and the recipients in the emails of our messages, and
        delete the text messages.

        A message that is still being sent keeps them, see ``GONE``.
        """
        messages.sms_id.unlink()
        mails = messages.mail_id
        mails.write({"email_to": False, "email_cc": False, "failure_reason": False})
        self._replace(mails, "body_html", words)
        self._replace(mails.mail_message_id, "body", words)

    def _find_addresses(self, partners, messages):
        """Return every address and number of the customer that we know, as texts."""
        known = [*partners.mapped("email"), *messages.mapped("address")]
        emails = [email for text in known for email in find_emails(text)]
        numbers = [
            number
            for partner in partners
            for number in [partner.phone, *partner._find_numbers()]
        ]
        sent = messages.filtered(lambda message: message.channel == "sms")
        return {*emails, *filter(None, [*numbers, *sent.mapped("address")])}

    def _search_documents(self, partners, company):
        """Return ``{model: IDs}`` of what has a history about the customer."""
        return {
            model: self._search_rows(model, partners, company).ids
            for model in self._get_customer_rows()
            if "message_ids" in self.env[model]._fields
        }

    def _search_notes(self, model, documents):
        """Return the messages or activities about these documents that we wrote."""
        is_message = model == "mail.message"
        name = "model" if is_message else "res_model"
        about = Domain.OR(
            Domain(name, "=", document) & Domain("res_id", "in", ids)
            for document, ids in documents.items()
        )
        if is_message:
            ours = Domain("message_type", "not in", BY_PEOPLE)
        else:
            ours = Domain("collection_code", "!=", False)
        return self.env[model].sudo().search(about & ours)

    def _replace(self, records, name, words):
        """Replace the words in a text; return the number of changed records."""
        forms = sorted({*words, *(str(escape(word)) for word in words)}, key=len)
        if not forms:
            return 0
        pattern = re.compile("|".join(map(re.escape, reversed(forms))), re.IGNORECASE)
        found = records.filtered(lambda record: pattern.search(record[name] or ""))
        for record in found:
            record[name] = Markup(pattern.sub(BLANK, record[name]))
        return len(found)
