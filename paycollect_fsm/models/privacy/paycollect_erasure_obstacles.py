# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, models
from odoo.fields import Domain
from odoo.tools import format_list

from ...rules.const import OPEN_STATES
from ...rules.disputes import OPEN
from ...rules.door import OUTSTANDING, RECEIVED
from ...rules.hold import LIVE
from ...rules.messages import QUEUED
from ...rules.refund import OPEN_STATES as OPEN_REFUNDS

SHOWN = 5


class PaycollectErasure(models.Model):
    """What has to be done before a customer can be forgotten."""

    _inherit = "paycollect.erasure"

    @api.model
    def _get_obstacles(self, partners, company):
        """Hook: return sentences about what is still to be done, and how; may be empty.

        :param partners: all contacts of the customer
        """
        found = (
            (self._search_open_invoices(partners, company), self._get_invoice_text),
            (self._search_open_attempts(partners, company), self._get_attempt_text),
            (self._search_payments(partners, company), self._get_payment_text),
            (self._search_disputes(partners, company), self._get_dispute_text),
            (self._search_refunds(partners, company), self._get_refund_text),
            (self._search_live_holds(partners, company), self._get_live_hold_text),
            (self._search_custody(partners, company), self._get_custody_text),
            (self._search_messages(partners, company), self._get_message_text),
        )
        return [get_text(records) for records, get_text in found if records]

    def _search_for(self, model, partners, company, domain):
        data = self.env["paycollect.customer.data"]
        domain = data._get_rows_domain(model, partners, company) & Domain(domain)
        return self.env[model].sudo().search(domain)

    def _search_open_invoices(self, partners, company):
        return self._search_for(
            "account.move",
            partners,
            company,
            [
                ("state", "=", "posted"),
                ("payment_state", "not in", ("paid", "reversed", "in_payment")),
                ("amount_residual", "!=", 0),
            ],
        )

    def _search_open_attempts(self, partners, company):
        domain = [("state", "in", OPEN_STATES)]
        return self._search_for("paycollect.attempt", partners, company, domain)

    def _search_payments(self, partners, company):
        """Return payments whose outcome isn't known yet."""
        domain = [
            ("state", "in", ("pending", "authorized")),
            ("provider_code", "!=", "custom"),
        ]
        payments = self._search_for("payment.transaction", partners, company, domain)
        return payments.filtered(
            lambda tx: not tx.collection_attempt_ids and not tx.collection_role
        )

    def _search_disputes(self, partners, company):
        domain = [("state", "=", OPEN)]
        return self._search_for("paycollect.chargeback", partners, company, domain)

    def _search_refunds(self, partners, company):
        domain = [("state", "in", OPEN_REFUNDS)]
        return self._search_for("paycollect.refund", partners, company, domain)

    def _search_live_holds(self, partners, company):
        domain = [("state", "in", LIVE)]
        return self._search_for("paycollect.hold", partners, company, domain)

    def _search_custody(self, partners, company):
        domain = [("state", "in", (*OUTSTANDING, RECEIVED))]
        return self._search_for("paycollect.custody", partners, company, domain)

    def _search_messages(self, partners, company):
        domain = [("state", "=", QUEUED)]
        return self._search_for("paycollect.message", partners, company, domain)

    # -- texts ---------------------------------------------------------------

    def _name_some(self, names):
        more = len(names) - SHOWN
        shown = [str(name) for name in names[:SHOWN]]
        if more > 0:
            shown.append(self.env._("%(count)s more", count=more))
        return format_list(self.env, shown)

    def _get_invoice_text(self, moves):
        return self.env._(
            "Open invoices: %(invoices)s. Settle them first.",
            invoices=self._name_some(moves.mapped("name")),
        )

    def _get_attempt_text(self, attempts):
        return self.env._(
            "Charges that are planned or on their way: %(invoices)s. Cancel planned "
            "charges under Collections ▸ Attempts, and wait for the others.",
            invoices=self._name_some(attempts.move_id.mapped("name")),
        )

    def _get_payment_text(self, payments):
        return self.env._(
            "Payments in progress: %(payments)s. Wait until their outcome is known.",
            payments=self._name_some(payments.mapped("reference")),
        )

    def _get_dispute_text(self, disputes):
        return self.env._(
            "Open disputes: %(count)s. Wait until they are closed: the evidence is "
            "still needed.",
            count=len(disputes),
        )

    def _get_refund_text(self, refunds):
        return self.env._(
            "Open refunds: %(refunds)s. Finish or refuse them under Collections ▸ "
            "Refunds first.",
            refunds=self._name_some(refunds.mapped("display_name")),
        )

    def _get_live_hold_text(self, holds):
        return self.env._(
            "Holds for booked work: %(orders)s. Cancel the work or release the holds "
            "first.",
            orders=self._name_some(holds.mapped("display_name")),
        )

    def _get_custody_text(self, custodies):
        return self.env._(
            "Cash and checks that aren't deposited yet: %(what)s. Deposit them first.",
            what=self._name_some(custodies.mapped("display_name")),
        )

    def _get_message_text(self, messages):
        return self.env._(
            "Messages that are being sent: %(count)s. Try again once they are sent.",
            count=len(messages),
        )
