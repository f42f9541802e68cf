# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules.hold import CLOSED_THERE, Standing

HOLD = "hold"
CAPTURE = "capture"


class PaymentTransaction(models.Model):
    """Authorizations that belong to a hold, and what is captured of them.

    A capture is a transaction of its own, a child of the authorization: it has its own
    idempotency key, amount, payment and refunds.
    """

    _inherit = "payment.transaction"

    collection_role = fields.Selection(
        [(HOLD, "Hold"), (CAPTURE, "Capture of a hold")],
        string="Role",
        readonly=True,
        copy=False,
    )
    collection_hold_end = fields.Datetime(
        string="Hold Ends On",
        readonly=True,
        copy=False,
        help="When the hold ends, as the provider says.",
    )
    collection_hold_ids = fields.One2many(
        "paycollect.hold", "transaction_id", string="Holds", readonly=True
    )

    def _is_ours(self):
        tx = self.sudo()
        roles = (tx | tx.source_transaction_id).mapped("collection_role")
        return super()._is_ours() or any(roles)

    def _is_hold(self):
        self.ensure_one()
        return self.sudo().collection_role == HOLD

    def _is_capture(self):
        self.ensure_one()
        return self.sudo().collection_role == CAPTURE

    def _counts_as_decline(self):
        """A hold that was released, or a capture, was not declined by a bank."""
        if self.sudo().collection_role == CAPTURE:
            return False
        if self.sudo().collection_role == HOLD and self.state == "cancel":
            return False
        return super()._counts_as_decline()

    # -- sending ----------------------------------------

    def _charge_with_token(self):
        """A capture is not a new charge."""
        if not self._is_capture():
            return super()._charge_with_token()
        self._ensure_provider_is_not_disabled()
        try:
            self._send_capture_request()
        except ValidationError as error:
            self._set_error(str(error))
        return None

    def _capture(self, amount_to_capture=None):
        self._check_no_hold()
        return super()._capture(amount_to_capture=amount_to_capture)

    def _void(self, amount_to_void=None):
        self._check_no_hold()
        return super()._void(amount_to_void=amount_to_void)

    def _check_no_hold(self):
        """:raise UserError: for a user's capture or release without a row of ours"""
        if self._is_hold():
            raise UserError(
                self.env._(
                    "This is the hold for an order. It is captured when the job is "
                    "done; to release it, open the hold from the order."
                )
            )

    def _release_hold(self, now):
        """Release it at the provider. Network. Repeating it does no harm.

        :param now: naive UTC datetime
        :return: :class:`hold.Standing` afterward
        :raise ValidationError: if the provider doesn't answer
        """
        self.ensure_one()
        child = self._create_child_transaction(
            self.amount,
            token_id=False,  # it may be archived by now
            is_post_processed=True,
        )
        child._send_void_request()
        child.is_post_processed = True
        if child.state != "cancel":
            raise ValidationError(child.state_message or self.reference)
        return Standing(CLOSED_THERE)

    def _ask_about_hold(self):
        """Hook: ask the provider about the hold. Network, read-only.

        :return: :class:`hold.Standing`; None if this provider can't be asked
        """
        self.ensure_one()
        return None

    def _get_hold_end(self):
        """Return when the hold ends, as the provider says (naive UTC), or None."""
        self.ensure_one()
        return self.collection_hold_end or None

    # -- books ----------------------------------------

    def _create_capture(self, vals):
        """Return a draft capture of this hold.

        :param vals: of the new transaction; its amount is at most the hold's
        """
        self.ensure_one()
        return self.create(
            {
                **vals,
                "source_transaction_id": self.id,
                "provider_reference": self.provider_reference,
                "collection_role": CAPTURE,
                "is_post_processed": True,
            }
        )

    def _record_foreign_capture(self, amount):
        """Book what was captured without us.

        :param amount: what was captured
        :return: the transaction with its payment
        """
        self.ensure_one()
        child = self._create_capture(
            {
                "provider_id": self.provider_id.id,
                "payment_method_id": self.payment_method_id.id,
                "reference": self._compute_reference(
                    self.provider_code, prefix=f"P-{self.reference}"
                ),
                "amount": amount,
                "currency_id": self.currency_id.id,
                "partner_id": self.partner_id.id,
                "operation": self.operation,
            }
        )
        child._set_done(
            state_message=self.env._("It was captured at the provider, not from here.")
        )
        child._post_process()
        return child

    def _close_hold(self, was_captured=True):
        """The bank keeps nothing of it anymore; an authorization has no payment."""
        for transaction in self:
            state = "done" if was_captured else "cancel"
            transaction._update_state(
                ("draft", "pending", "authorized", "error", "done"), state, ""
            )
            transaction.is_post_processed = True

    def _update_source_transaction_state(self):
        """A hold follows its row, not the sum of its captures."""
        others = self.filtered(lambda tx: not tx.source_transaction_id._is_held_by_us())
        return super(PaymentTransaction, others)._update_source_transaction_state()

    def _is_held_by_us(self):
        return bool(self) and self._is_hold()

    def _create_payment(self, **extra_create_values):
        """Match a capture with its invoice; Odoo looks at those of the hold."""
        payment = super()._create_payment(**extra_create_values)
        invoices = self.invoice_ids.filtered(lambda move: move.state == "posted")
        if self._is_capture() and invoices and payment.move_id:
            lines = (payment.move_id.line_ids + invoices.line_ids).filtered(
                lambda line: (
                    line.account_id == payment.destination_account_id
                    and not line.reconciled
                )
            )
            lines.reconcile()
        return payment

    def _post_process(self):
        """A hold is no payment, in whatever state: nothing is booked for it."""
        holds = self.filtered(lambda tx: tx._is_hold())
        holds.sudo().is_post_processed = True
        return super(PaymentTransaction, self - holds)._post_process()

    def _after_post_process(self):
        """Once a capture is booked, the rest of its order may need another hold."""
        result = super()._after_post_process()
        if self._is_capture() and self.state == "done":
            self.source_transaction_id.collection_hold_ids.order_id._review_holds()
        return result

    def _get_money(self):
        """Return the captures of a hold that are in the books, else the payment."""
        self.ensure_one()
        if not self._is_hold():
            return self
        return self.child_transaction_ids.filtered(
            lambda tx: tx._is_capture() and tx.state == "done"
        )[:1]
