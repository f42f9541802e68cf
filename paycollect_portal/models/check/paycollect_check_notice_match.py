# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models

from ...rules import checks
from ...rules.checks import CANCELED, RECEIVE


class PaycollectCheckNotice(models.Model):
    """Finding the notice of a check that is in the mail."""

    _inherit = "paycollect.check.notice"

    @api.model
    def _find_scanned(self, text, amount, partner, company):
        """Find the notice of a scanned check.

        The number decides; the customer, then the amount, if several customers
        announced one with this number.

        :param text: a check number, or what the QR code of a slip contains
        :param partner: the customer, if it is known
        :return: ``(notice, text)``; without a notice, the text says why
        """
        found = self._search_scanned(text, partner, company)
        expected = found.filtered(lambda notice: checks.may(RECEIVE, notice.state))
        expected = expected.filtered(lambda notice: not notice.payment_id)
        if len(expected) > 1:
            expected = (
                expected.filtered(
                    lambda notice: (
                        not notice.currency_id.compare_amounts(notice.amount, amount)
                    )
                )
                or expected
            )
        if len(expected) == 1:
            return expected, expected._get_match_text(amount)
        return self.browse(), self._get_unmatched_text(expected, found)

    @api.model
    def _search_scanned(self, text, partner, company):
        domain = [("company_id", "=", company.id), ("state", "!=", CANCELED)]
        if notice_id := checks.find_notice_id(text):
            return self.search([*domain, ("id", "=", notice_id)])
        key = checks.normalize_number(text)
        if not key:
            return self.browse()
        domain.append(("number_key", "=", key))
        if partner:
            domain.append(("partner_id", "child_of", partner.commercial_partner_id.id))
        return self.search(domain, order="id")

    def _get_match_text(self, amount):
        currency = self.currency_id
        values = {
            "customer": self.partner_id.name,
            "announced": currency._format_amount(self.amount),
            "difference": currency._format_amount(abs(amount - self.amount)),
        }
        order = currency.compare_amounts(amount, self.amount)
        if order > 0:
            return self.env._(
                "%(customer)s, announced %(announced)s: %(difference)s more", **values
            )
        if order < 0:
            return self.env._(
                "%(customer)s, announced %(announced)s: %(difference)s less", **values
            )
        return self.env._("%(customer)s, as announced", **values)

    @api.model
    def _get_unmatched_text(self, expected, found):
        if expected:
            return self.env._(
                "%(customers)s customers announced this number. Choose the customer.",
                customers=len(expected),
            )
        if found:
            return self.env._(
                "Already %(state)s: %(check)s. Take this line out.",
                state=found[0]._get_state_label().lower(),
                check=found[0].display_name,
            )
        return self.env._("Not announced. Choose the customer to book it on account.")
