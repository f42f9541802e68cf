# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from ..const import SENT, UNKNOWN


class PaycollectAttempt(models.Model):
    _inherit = "paycollect.attempt"

    def _record(self, outcome, now):
        """The transaction keeps the provider's codes as well."""
        self.transaction_id._record_codes(outcome.codes, outcome.status)
        return super()._record(outcome, now)

    def _set_contradicted(self):
        """An event names another amount than was asked for: nobody knows the rest."""
        for attempt in self.filtered(lambda a: a.state == SENT):
            attempt._set_state(
                UNKNOWN, self.env._("The provider's answer does not fit the amount.")
            )
        for attempt in self.filtered(lambda a: a.state == UNKNOWN):
            attempt._report_unknown()
