# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models

from odoo.addons.paycollect_fsm.models.company.moments import format_day
from odoo.addons.paycollect_fsm.rules.const import PLANNED


class PaymentToken(models.Model):
    """A customer's methods on file, as the customer sees and orders them."""

    _inherit = "payment.token"

    # Hooks: what else uses a method extends these, e.g. autopay.

    def _get_uses(self, today):
        """Hook: what each method is used for, in bulk.

        :param today: the company's day
        :return: ``{token: [sentence]}`` with a key for each method, in their order
        """
        uses = {token: [] for token in self}
        first = self.browse()
        for token in self:
            if not token._is_agreed():
                text = self.env._("Only used when you choose it yourself.")
            elif not token._is_charged_for_work(today):
                text = self.env._("Work you order: not charged.")
            elif not first:
                first = token
                text = self.env._("Work you order: charged first.")
            else:
                text = self.env._(
                    "Work you order: charged if the methods above it are declined."
                )
            uses[token].append(text)
        return uses

    def _get_removal_texts(self, today):
        """Hook: what removing each method changes, in bulk.

        :param today: the company's day
        :return: ``{token: [sentence]}`` with a key for each method
        """
        charged = self.filtered(lambda token: token._is_charged_for_work(today))
        texts = {token: [token._get_successor_text(charged)] for token in self}
        planned = self.env["paycollect.attempt"].sudo()
        for attempt in planned.search(
            [("token_id", "in", self.ids), ("state", "=", PLANNED)]
        ):
            texts[attempt.token_id].append(
                self.env._(
                    "%(amount)s planned for %(date)s won't be charged to it.",
                    amount=attempt.currency_id._format_amount(attempt.amount),
                    date=format_day(self.env, attempt.planned_at),
                )
            )
        return texts

    def _get_successor_text(self, charged):
        """Return what is charged for work once this method is removed.

        :param charged: the customer's methods that are charged, in their order
        """
        if self not in charged:
            return self.env._("It isn't charged automatically.")
        others = charged - self
        if not others:
            return self.env._(
                "Work you order can no longer be charged automatically until you add "
                "another method."
            )
        return self.env._(
            "Work you order is charged to %(method)s then.",
            method=others[0]._get_label(),
        )

    def _is_agreed(self):
        """Whether the customer agreed to automatic charges."""
        self.ensure_one()
        consent = self._get_active_consent()
        return consent.customer_id == self.sudo().commercial_partner_id

    def _is_charged_for_work(self, today):
        """Whether it is agreed to, not expired, and not declined for good."""
        self.ensure_one()
        usable = not self.refused_at and not self._is_expired_on(today)
        return usable and self._is_agreed()

    def _get_expiry_text(self, today):
        """Return “Expires 12/27”, “Expired 12/27”, or an empty string."""
        self.ensure_one()
        if not self.expiry_date:
            return ""
        month = self.expiry_date.strftime("%m/%y")
        if self._is_expired_on(today):
            return self.env._("Expired %(month)s", month=month)
        return self.env._("Expires %(month)s", month=month)

    # -- what the customer does ------------------------------------------------------

    def _reorder(self, ids):
        """Put the agreed methods among these (sudo) in the order of ``ids``.

        Nothing changes unless those are exactly the agreed methods: the page may be
        out of date.
        """
        agreed = self.filtered(lambda token: token._is_agreed())
        if sorted(ids) != sorted(agreed.ids):
            return
        ordered = self.browse(ids)
        for methods in ordered.grouped("company_id").values():
            methods._set_places()
        self[:1].commercial_partner_id._message_log(
            body=self.env._(
                "The customer changed the order of payment methods: %(methods)s.",
                methods=", ".join(token._get_label() for token in ordered),
            )
        )

    def _agree(self, text, **extra):
        """Record the customer's consent to a method that was saved without one, and
        use it last (sudo).

        :param text: exactly what the customer read
        :param extra: further values of the consent
        """
        self.ensure_one()
        if self._is_agreed():
            return
        self.env["paycollect.consent"]._record(self, text, "portal", **extra)
        (self._get_placed_siblings() | self)._set_places()

    def _remove(self, user):
        """Remove the method (sudo), which ends its consent."""
        self.ensure_one()
        reason = self.env._("Removed on the portal by %(user)s.", user=user.name)
        self.with_context(collection_archive_reason=reason).active = False
        self.commercial_partner_id._message_log(
            body=self.env._(
                "Payment method %(method)s removed on the portal by %(user)s.",
                method=self._get_label(),
                user=user.name,
            )
        )
