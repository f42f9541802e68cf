# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.tools import format_datetime

from ...rules.charge import SECOND_ENGINE
from ...rules.foreign_retries import EXTRA_TRY, INVOICE, LATE_SUCCESS


class PaymentProvider(models.Model):
    """A provider, or an app at it, that tries our declined charges again by itself.

    Two engines on one debt pass the card networks' limits and may take the money
    twice, so ours stops trying again at this provider until somebody has switched
    the other one off. First charges and charges by hand go on.
    """

    _inherit = "payment.provider"

    collection_foreign_retries_at = fields.Datetime(
        string="Tried Again by Others Since",
        readonly=True,
        copy=False,
        help="Somebody else tried one of our declined charges again (UTC).",
    )
    collection_foreign_retries_text = fields.Char(
        string="What Was Seen", readonly=True, copy=False
    )

    def _set_foreign_retries(self, reason, transaction, now=None):
        """Stop our own retries at the provider and tell the responsible person.

        :param reason: see ``second_engine.detect``
        :param transaction: the payment on which it was seen
        :param now: naive UTC datetime
        """
        self.ensure_one()
        if self.collection_foreign_retries_at:
            return
        text = self._get_foreign_text(reason, transaction)
        self.sudo().write(
            {
                "collection_foreign_retries_at": now or fields.Datetime.now(),
                "collection_foreign_retries_text": text,
            }
        )
        self.company_id._schedule_collection_activity(
            transaction.invoice_ids[:1],
            self.env._("Somebody else tries declined charges again"),
            self.env._(
                "%(text)s Our own retries at %(provider)s wait until it is switched "
                "off: %(where)s Then press “It Is Switched Off” under Collections ▸ "
                "Attempts.",
                text=text,
                provider=self.name,
                where=self._get_foreign_advice(),
            ),
            code="second_engine",
        )

    def action_foreign_retries_off(self):
        """Button: the other engine is switched off; our retries go on.

        :raise AccessError: unless the user is a manager of Collections
        """
        Attempt = self.env["paycollect.attempt"]
        self.env["paycollect.access"]._check_manager(self.sudo().company_id)
        self.sudo().write(
            {
                "collection_foreign_retries_at": False,
                "collection_foreign_retries_text": False,
            }
        )
        Attempt.sudo()._unpark(SECOND_ENGINE)

    # -- texts -----------------------------------------------------------------

    def _get_foreign_text(self, reason, transaction):
        _ = self.env._
        names = {"payment": transaction.reference, "provider": self.name}
        texts = {
            INVOICE: _(
                "%(payment)s belongs to an invoice that %(provider)s collects.", **names
            ),
            EXTRA_TRY: _(
                "%(payment)s was tried more often than we asked %(provider)s to.",
                **names,
            ),
            LATE_SUCCESS: _(
                "%(payment)s was declined and then paid at %(provider)s, although "
                "neither we nor the customer did anything.",
                **names,
            ),
        }
        return texts[reason]

    def _get_foreign_advice(self):
        """Hook: where it is switched off."""
        return self.env._("in the settings of the provider and of apps that use it.")

    def _get_foreign_status(self):
        """Return what the list of attempts shows above it: dicts of id and text."""
        return [
            {
                "provider_id": provider.id,
                "text": self.env._(
                    "Since %(date)s our retries at %(provider)s wait: %(text)s Switch "
                    "it off: %(where)s",
                    date=format_datetime(
                        self.env,
                        provider.collection_foreign_retries_at,
                        dt_format="short",
                    ),
                    provider=provider.name,
                    text=provider.collection_foreign_retries_text,
                    where=provider._get_foreign_advice(),
                ),
            }
            for provider in self
        ]
