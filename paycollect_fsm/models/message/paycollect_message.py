# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from ...rules.messages import FAILED, MAIL, QUEUED, SENT, SKIPPED, SMS, next_try


class PaycollectMessage(models.Model):
    """One thing that a customer is told about an invoice, and what became of it.

    Rows are never deleted. A row is written and committed before its mail leaves, so
    that whoever repeats the work finds it. The transaction that talks to the mail
    server writes this row only: what follows on the invoice (``_settle``) has a
    transaction of its own and cannot undo that a mail was sent.
    """

    _name = "paycollect.message"
    _inherit = ["paycollect.worker.mixin"]
    _description = "Message to a Customer"
    _order = "id desc"
    _rec_name = "address"

    move_id = fields.Many2one(
        "account.move",
        string="Invoice",
        required=True,
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
    occasion = fields.Selection(
        [
            ("paid", "Receipt"),
            ("due", "Invoice"),
            ("declined", "Declined payment"),
        ],
        required=True,
        readonly=True,
    )
    channel = fields.Selection(
        [("mail", "Email"), ("sms", "Text message")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("queued", "Not sent yet"),
            ("sent", "Sent"),
            ("failed", "Failed"),
            ("skipped", "Not sent"),
        ],
        required=True,
        readonly=True,
        help="Sent means that the mail server or the carrier accepted it.",
    )
    address = fields.Char(string="To", readonly=True)
    reason_code = fields.Char(readonly=True)
    reason = fields.Char(
        string="Reply",
        readonly=True,
        help="What the mail server or the carrier said when it refused the message.",
    )
    text = fields.Char(string="What happened", compute="_compute_text")
    mail_id = fields.Many2one(
        "mail.mail", readonly=True, index="btree_not_null", ondelete="set null"
    )
    sms_id = fields.Many2one(
        "sms.sms", readonly=True, index="btree_not_null", ondelete="set null"
    )
    try_count = fields.Integer(string="Refused", readonly=True)
    queued_at = fields.Datetime(string="Created", required=True, readonly=True)
    retry_at = fields.Datetime(string="Next Try", readonly=True)
    sent_at = fields.Datetime(readonly=True)
    failed_at = fields.Datetime(readonly=True)
    is_settled = fields.Boolean(
        readonly=True, help="The invoice and the people concerned know about it."
    )

    _due_idx = models.Index("(retry_at) WHERE state = 'queued'")
    _unsettled_idx = models.Index("(state) WHERE NOT is_settled AND state != 'queued'")
    _said_once = models.UniqueIndex(
        "(move_id, occasion, channel) WHERE occasion IN ('paid', 'due')",
        "The customer was told already.",
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
                "is_settled": False,
            }
        )

    def _set_refused(self, code, words, now):
        """Note a refusal and when it is tried again; after two days it has failed."""
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
                "retry_at": False,
                "is_settled": False,
            }
        )

    # -- what the mail server or the carrier said ------------------------------

    def _note_mails(self, mails, words, code, now):
        """Note what became of mails; called where they were sent or refused."""
        for message in self._search_carried("mail_id", mails):
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
        """Note what became of SMS, from their state."""
        for message in self._search_carried("sms_id", texts):
            if message._get_carried() == SENT:
                message._set_sent(now)
            elif message._get_carried() == FAILED:
                message._set_refused(
                    message.sms_id.failure_type or "unknown", False, now
                )

    def _search_carried(self, field, carriers):
        """Messages of mails or SMS that are not known to be sent (sudo)."""
        return self.sudo().search(
            [(field, "in", carriers.ids), ("state", "in", (QUEUED, FAILED))]
        )

    def _get_carried(self):
        """What became of the mail or the SMS: one of the states, or None while it
        waits in its queue; ``gone`` when somebody deleted it."""
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
        """When it may leave: a phone rings by day only (Q1), a receipt is awaited."""
        self.ensure_one()
        if self.channel == SMS:
            return self.move_id._get_texting_time(self.occasion, at)
        return at
