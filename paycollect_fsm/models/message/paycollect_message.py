# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.const import RECEIPTS
from ...rules.messages import (
    FAILED,
    LOOK_AFTER,
    MAIL,
    QUEUED,
    SENT,
    SKIPPED,
    SMS,
    next_try,
)
from ...rules.retry import next_texting


class PaycollectMessage(models.Model):
    """One message to a customer about an invoice, and its outcome.

    Rows are never deleted. A row is written and committed before its email is sent,
    so that a repeated run finds it. The transaction that talks to the mail server
    writes only this row: follow-up on the invoice (``_settle``) has a transaction of
    its own and cannot roll back the record that an email was sent.
    """

    _name = "paycollect.message"
    _inherit = ["paycollect.worker.mixin"]
    _description = "Message to a Customer"
    _order = "id desc"
    _rec_name = "address"

    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index=True
    )
    attempt_id = fields.Many2one(
        "paycollect.attempt",
        string="Declined Charge",
        readonly=True,
        index="btree_not_null",
        help="The charge whose decline this notice is about.",
    )
    declined_at = fields.Datetime(
        string="Declined On",
        readonly=True,
        help="When that decline was recorded. Each decline is announced once.",
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The payment that this receipt is for, if it paid only a part of the "
        "invoice or more than one invoice.",
    )
    occasion = fields.Selection(
        [
            ("paid", "Receipt"),
            ("part", "Receipt for a part"),
            ("due", "Invoice"),
            ("declined", "Declined payment"),
            ("method", "Payment method request"),
            ("payment", "Payment link"),
            ("consent", "Copy of the consent"),
            ("copy", "Copy for a colleague"),
        ],
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [("mail", "Email"), ("sms", "Text message")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("queued", "Queued"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Not sent"),
        ],
        string="Status",
        required=True,
        readonly=True,
        help="Sent: accepted by the mail server or the carrier.",
    )
    address = fields.Char(string="To", readonly=True)
    reason_code = fields.Char(readonly=True)
    reason = fields.Char(
        string="Server Reply",
        readonly=True,
        help="The error from the mail server or the carrier that rejected the message.",
    )
    text = fields.Char(string="Details", compute="_compute_text")
    can_send_again = fields.Boolean(compute="_compute_can_send_again")
    mail_id = fields.Many2one(
        "mail.mail",
        string="Email",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    sms_id = fields.Many2one(
        "sms.sms",
        string="SMS",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    try_count = fields.Integer(string="Failed Deliveries", readonly=True)
    queued_at = fields.Datetime(string="Queued On", required=True, readonly=True)
    retry_at = fields.Datetime(string="Next Delivery", readonly=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    failed_at = fields.Datetime(string="Failed On", readonly=True)
    is_settled = fields.Boolean(
        string="Followed Up",
        readonly=True,
        help="The invoice was updated and any follow-up activity was created.",
    )

    _due_idx = models.Index("(retry_at) WHERE state = 'queued'")
    _unsettled_idx = models.Index("(state) WHERE NOT is_settled AND state != 'queued'")
    _said_once = models.UniqueIndex(
        "(move_id, occasion, channel) WHERE occasion IN ('paid', 'due')",
        "This message to the customer already exists.",
    )
    _receipted_once = models.UniqueIndex(
        "(transaction_id, move_id, channel) WHERE occasion = 'part'",
        "This payment already has its receipt.",
    )
    _announced_once = models.UniqueIndex(
        "(attempt_id, declined_at, channel) WHERE attempt_id IS NOT NULL",
        "The customer was already told of this decline.",
    )

    @api.depends("occasion", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["occasion"]._description_selection(self.env))
        for message in self:
            names = (labels.get(message.occasion), message.partner_id.display_name)
            message.display_name = " · ".join(filter(None, names))

    @api.depends("state", "try_count")
    def _compute_can_send_again(self):
        for message in self:
            refused = message.state == QUEUED and message.try_count
            message.can_send_again = bool(refused or message.state in (FAILED, SKIPPED))

    @api.model
    def _follow(self, carrier, values, now):
        """Watch an email or a text message that its own queue sends.

        :param carrier: ``mail.mail`` or ``sms.sms``
        :param values: the customer, company, occasion and address
        """
        is_mail = carrier._name == "mail.mail"
        return self.create(
            {
                "channel": MAIL if is_mail else SMS,
                "mail_id" if is_mail else "sms_id": carrier.id,
                "state": QUEUED,
                "queued_at": now,
                "retry_at": now + LOOK_AFTER,
                **values,
            }
        )

    # -- transitions ---------------------------------------------------------

    def _set_sent(self, now):
        self.write(
            {
                "state": SENT,
                "sent_at": now,
                "retry_at": False,
                "failed_at": False,
                "reason_code": False,
                "reason": False,
                # The invoice computes the date of its receipt.
                "is_settled": not self.move_id or self.occasion in RECEIPTS,
            }
        )

    def _set_refused(self, code, words, now):
        """Record a rejection and schedule the next delivery; fail after two days."""
        self.ensure_one()
        tries = self.try_count + 1
        again_at = next_try(code, tries, self.queued_at, now)
        words = " ".join((words or "").split())
        values = {"try_count": tries, "reason_code": code, "reason": words}
        if again_at:
            self.write({**values, "retry_at": self._get_hour(again_at)})
        else:
            self.write(values)
            self._set_failed(now)

    def _set_failed(self, now):
        self.write(
            {
                "state": FAILED,
                "failed_at": now,
                "retry_at": False,
                "is_settled": False,
            }
        )

    def _set_skipped(self, code):
        self.write(
            {
                "state": SKIPPED,
                "reason_code": code,
                "reason": False,
                "retry_at": False,
                "is_settled": False,
            }
        )

    # -- reports from the mail server or the carrier ---------------------------

    def _note_mails(self, mails, words, code, now):
        """Record the outcome of emails once they were sent or rejected."""
        for message in mails.sudo().collection_message_ids._filter_unsent():
            mail = message.mail_id
            if mail.state == "sent":
                message._set_sent(now)
            else:
                message._set_refused(
                    code or mail.failure_type or "unknown",
                    words or mail.failure_reason,
                    now,
                )

    def _note_texts(self, texts, now):
        """Record the outcome of SMS from their state."""
        messages = self.sudo().search([("sms_id", "in", texts.ids)])
        for message in messages._filter_unsent():
            if message._get_carried() == SENT:
                message._set_sent(now)
            elif message._get_carried() == FAILED:
                message._set_refused(
                    message.sms_id.failure_type or "unknown", False, now
                )

    def _filter_unsent(self):
        """Leave out what is marked as sent, or is not sent at all."""
        return self.filtered(lambda row: row.state in (QUEUED, FAILED))

    def _get_carried(self):
        """Return the state of the email or SMS.

        None while it waits in its queue, ``gone`` if it was deleted.
        """
        self.ensure_one()
        carrier = self.mail_id if self.channel == MAIL else self.sms_id
        if not carrier:
            return "gone"
        return {
            "sent": SENT,
            "received": SENT,
            "process": SENT,
            "pending": SENT,
            "exception": FAILED,
            "error": FAILED,
            "cancel": SKIPPED,
            "canceled": SKIPPED,
        }.get(carrier.state)

    def _get_hour(self, at):
        """Return when it may be sent: texts by day only (Q1), receipts anytime."""
        self.ensure_one()
        if self.channel != SMS:
            return at
        if self.move_id:
            return self.move_id._get_texting_time(self.occasion, at)
        return next_texting(at, self.company_id._get_zone())
