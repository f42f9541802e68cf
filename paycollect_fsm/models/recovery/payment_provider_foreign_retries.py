# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.charge import SECOND_ENGINE
from ...rules.foreign_retries import EXTRA_TRY, INVOICE, LATE_SUCCESS
from ..company.moments import format_moment


class PaymentProvider(models.Model):
    """Detects a provider, or an app connected to it, that retries our declined charges.

    Two retry engines on one debt exceed the card networks' limits and may charge the
    customer twice. So our own retries at this provider are held back until the external
    ones are turned off. First charges and manual charges continue.
    """

    _inherit = "payment.provider"

    collection_foreign_retries_at = fields.Datetime(
        string="External Retries Since",
        readonly=True,
        copy=False,
        help="When an external retry of a declined charge was first detected.",
    )
    collection_foreign_retries_text = fields.Char(
        string="External Retry Details", readonly=True, copy=False
    )

    def _set_foreign_retries(self, reason, transaction, now=None):
        """Hold back our own retries at the provider and notify the exceptions owner.

        :param reason: see ``foreign_retries.detect``
        :param transaction: the payment that was retried externally
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
            self.env._("External retries detected"),
            self.env._(
                "%(text)s Our own retries at %(provider)s are held back until the "
                "external retries are turned off. %(where)s Then click “Mark as "
                "Turned Off” under Collections ▸ Attempts.",
                text=text,
                provider=self.name,
                where=self._get_foreign_advice(),
            ),
            code="second_engine",
            now=now,
        )

    def action_foreign_retries_off(self):
        """Button: the external retries are turned off; resume our own retries.

        :raise AccessError: unless the user is a Collections manager
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
                "%(payment)s belongs to an invoice that %(provider)s also collects.",
                **names,
            ),
            EXTRA_TRY: _(
                "%(payment)s was attempted at %(provider)s more often than requested.",
                **names,
            ),
            LATE_SUCCESS: _(
                "%(payment)s was declined and later paid at %(provider)s, although "
                "neither your team nor the customer retried it.",
                **names,
            ),
        }
        return texts[reason]

    def _get_foreign_advice(self):
        """Hook: return a sentence that says where to turn external retries off."""
        return self.env._(
            "Turn them off in the settings of the provider and of any connected apps."
        )

    def _get_foreign_status(self):
        """Return the banners above the list of attempts: dicts of id and text."""
        return [
            {
                "provider_id": provider.id,
                "text": self.env._(
                    "Retries at %(provider)s have been held back since %(date)s: "
                    "%(text)s %(where)s",
                    date=format_moment(
                        self.env, provider.collection_foreign_retries_at
                    ),
                    provider=provider.name,
                    text=provider.collection_foreign_retries_text,
                    where=provider._get_foreign_advice(),
                ),
            }
            for provider in self
        ]
