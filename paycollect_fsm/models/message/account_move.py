# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models

from ...rules.const import (
    OCCASION_DECLINED,
    OCCASION_DUE,
    OCCASION_PAID,
    OCCASION_PART,
    PAID,
    RECEIPTS,
)
from ...rules.messages import (
    HOLDING,
    INTERRUPTED_AFTER,
    MAIL,
    QUEUED,
    SENT,
    SILENT,
    SKIPPED,
    SMS,
    UNREACHABLE,
    MessageFacts,
    get_obstacle,
)

SWEEP_AFTER = timedelta(minutes=2)
SWEEP_SINCE = timedelta(days=2)
BATCH = 100


class AccountMove(models.Model):
    """Messages to the customer: the receipt, or the invoice with payment options.

    A message is claimed (its row is written and committed) before it is sent, so a
    repeated job cannot send it twice; a receipt together with the payment. Rendering
    and SMTP run in their own queue channel and never delay a charge.
    """

    _inherit = "account.move"

    collection_message_ids = fields.One2many(
        "paycollect.message",
        "move_id",
        string="Messages to the Customer",
        groups="account.group_account_invoice,account.group_account_readonly",
        readonly=True,
    )
    invoice_message_at = fields.Datetime(
        string="Invoice Sent On",
        compute="_compute_message_dates",
        compute_sudo=True,
        help="When the mail server or the carrier accepted the open invoice.",
        groups="base.group_user",
    )
    receipt_sent_at = fields.Datetime(
        string="Receipt Sent On",
        compute="_compute_message_dates",
        compute_sudo=True,
        help="When the mail server or the carrier accepted the receipt.",
        groups="base.group_user",
    )
    decline_message_at = fields.Datetime(
        string="Decline Notice Queued On",
        copy=False,
        readonly=True,
        help="When the latest notice of a declined charge was queued.",
        groups="base.group_user",
    )

    # -- queue -----------------------------------------------------------------

    def _get_collection_fields(self):
        return super()._get_collection_fields() | {
            "decline_message_at",
        }

    @api.depends("collection_message_ids.state", "collection_message_ids.sent_at")
    def _compute_message_dates(self):
        for move in self:
            sent = move.collection_message_ids.filtered(lambda row: row.state == SENT)
            receipts = sent.filtered(lambda row: row.occasion == OCCASION_PAID)
            move.receipt_sent_at = min(receipts.mapped("sent_at"), default=False)
            invoices = sent.filtered(lambda row: row.occasion not in RECEIPTS)
            move.invoice_message_at = max(invoices.mapped("sent_at"), default=False)

    def _reset_notifications(self):
        self.filtered("decline_message_at").decline_message_at = False
        return super()._reset_notifications()

    def _notify_customer(self, occasion, now=None):
        if occasion == OCCASION_PAID:
            self._queue_receipt(now)
        else:
            self._queue_invoice_message()
        return super()._notify_customer(occasion, now)

    def _queue_receipt(self, now=None):
        now = now or fields.Datetime.now()
        for move in self:
            code = move._get_message_obstacle(OCCASION_PAID, now)
            if code in SILENT:
                continue
            messages = move._as_collection_system()._claim_messages(OCCASION_PAID, now)
            if code == UNREACHABLE:
                messages._set_skipped(code)  # the cron notifies somebody
            else:
                move._delay_message("_send_receipt", "receipt")

    def _queue_invoice_message(self):
        for move in self:
            move._delay_message("_send_invoice_message", "invoice")

    def _delay_message(self, method, kind):
        job = self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"account.move.{kind}.{self.id}",
            description=self.env._(
                "Send %(kind)s %(invoice)s", kind=kind, invoice=self.name
            ),
        )
        getattr(job, method)()

    def _send_receipt(self, now=None):
        """Send the receipt for a paid invoice once, by email and, if enabled, SMS.

        Likewise those for payments that left something to pay.
        """
        move, now = self._as_collection_system(), now or fields.Datetime.now()
        claimed = move._get_claimed_receipts()
        if claimed:
            claimed._deliver_claimed(now)
        else:
            move._lock_or_retry()
            move._say(OCCASION_PAID, now)

    def _send_invoice_message(self, now=None):
        """Send the open invoice once, with payment options.

        After the first decline, it is sent once more, with an explanation and a link
        to add another method; not while another charge is on its way, which is
        announced if it fails, too.
        """
        move = self._as_collection_system()
        move._lock_or_retry()
        if not move._is_declined():
            move._say(OCCASION_DUE, now or fields.Datetime.now())
        elif not move._has_open_attempt():
            move._say(OCCASION_DECLINED, now or fields.Datetime.now())

    def _as_collection_system(self):
        self.ensure_one()
        company = self.company_id
        return (
            self.with_user(SUPERUSER_ID)
            .with_company(company)
            .with_context(tz=company._get_zone().key)
        )

    # -- the gate --------------------------------------------------------------

    def _get_message_obstacles(self, occasion, now):
        """Hook: why the customer is not messaged about these invoices now, in bulk.

        Every message passes through here; other rooms and addons add their codes.

        :param occasion: see ``_notify_customer``
        :param now: naive UTC datetime
        :return: ``{move: [reason code]}``, with a key for each invoice
        """
        moved = self.env["res.company"]._has_moved()
        obstacles = {move: ["moved"] if moved else [] for move in self}
        if occasion in RECEIPTS:
            return obstacles
        for move in self:
            if move.payment_state == "blocked":
                obstacles[move].append("blocked")
            if move._has_pending_transaction(move.sudo().transaction_ids):
                obstacles[move].append("in_flight")
        return obstacles

    def _get_message_obstacle(self, occasion, now, message=None):
        """Return the code of what prevents the message to the customer, or None.

        :param message: the ``paycollect.message`` that is being retried
        """
        self.ensure_one()
        return get_obstacle(self._get_message_facts(occasion, now, message))

    def _get_message_facts(self, occasion, now, message):
        receipt = occasion in RECEIPTS
        partner = self.partner_id
        return MessageFacts(
            occasion=occasion,
            active=self.company_id.collection_active,
            posted=self.move_type == "out_invoice" and self.state == "posted",
            by_policy=self._gets_receipt(),
            nothing=self._has_nothing_to_tell(),
            settled=self._is_settled() if receipt else not self._is_owed(),
            told=not message and self._was_told(occasion),
            charging=bool(message) and not receipt and self._has_open_attempt(),
            obstacles=tuple(self._get_message_obstacles(occasion, now)[self]),
            reachable=bool(
                partner._get_collection_email() or partner._get_collection_number()
            ),
        )

    def _has_nothing_to_tell(self):
        """Hook: whether there was nothing to pay, so that there is no receipt."""
        return self.currency_id.is_zero(self.amount_total)

    def _gets_receipt(self):
        """Hook: whether we send a receipt once something is paid of the invoice.

        If a job was billed with it, if we charged it, or if the customer paid it
        online.
        """
        return (
            bool(self.collection_policy_id)
            or PAID in self.sudo().collection_attempt_ids.mapped("state")
            or any(
                tx.state == "done" and tx._is_started_by_customer()
                for tx in self.sudo().transaction_ids
            )
        )

    def _was_told(self, occasion):
        """Return whether the message was sent or is about to be.

        When the customer has to be asked again, the next decline is announced again,
        but never the same one. Each payment of a part has its own receipt.
        """
        if occasion == OCCASION_DECLINED:
            return bool(self.decline_message_at or self._get_decline_messages())
        if occasion == OCCASION_PART:
            return False  # see payment.transaction._get_part_paid
        paid = occasion == OCCASION_PAID
        return any(
            (message.occasion == OCCASION_PAID) == paid and message.state != SKIPPED
            for message in self.sudo().collection_message_ids
            if paid or message.occasion not in RECEIPTS
        )

    def _get_decline_messages(self):
        """Return the notices about the latest decline, sent or about to be (sudo)."""
        charge = self._get_failed_charge()
        return self.sudo().collection_message_ids.filtered(
            lambda row: (
                row.state != SKIPPED
                and row.attempt_id
                and row.attempt_id == charge
                and row.declined_at == charge.done_at
            )
        )

    # -- sending ---------------------------------------------------------------

    def _say(self, occasion, now):
        """Claim a message on each channel, then send it.

        The caller holds the lock on the invoice.
        """
        code = self._get_message_obstacle(occasion, now)
        if code in SILENT:
            return
        messages = self._claim_messages(occasion, now)
        if code in HOLDING:
            return  # the cron sends it, once nothing holds it back anymore
        if code:
            messages._set_skipped(code)
        else:
            if occasion == OCCASION_DECLINED:
                self.decline_message_at = now
            for message in messages:
                if message.channel == MAIL or message.retry_at <= now:
                    message._deliver(now)
        messages._settle()

    def _get_channels(self, occasion):
        """Return the channels for a message.

        Email if possible; SMS too for declines, and for receipts if the customer
        opted in; SMS alone if there is no email address.
        """
        partner = self.partner_id
        channels = [MAIL] if partner._get_collection_email() else []
        wanted = occasion == OCCASION_DECLINED or (
            occasion in RECEIPTS and partner.collection_receipt_sms
        )
        if (wanted or not channels) and partner._get_collection_number():
            channels.append(SMS)
        return channels

    def _claim_messages(self, occasion, now):
        """Return a row per channel to send now, reusing rows that were skipped."""
        messages = self.env["paycollect.message"]
        skipped = self.collection_message_ids.filtered(
            lambda row: row.occasion == occasion and row.state == SKIPPED
        )
        for channel in self._get_channels(occasion) or [MAIL]:
            row = skipped.filtered(lambda row, name=channel: row.channel == name)[:1]
            values = self._prepare_message_vals(occasion, channel, now)
            if row:
                row.write(values)
            else:
                row = messages.create(values)
            messages |= row
        return messages

    def _get_claimed_receipts(self):
        """Return the rows that no worker has taken up yet."""
        return self.collection_message_ids.filtered(
            lambda row: row.occasion in RECEIPTS and row._is_untouched()
        )

    def _prepare_message_vals(self, occasion, channel, now):
        if channel == SMS:
            retry_at = self._get_texting_time(occasion, now)
        else:
            retry_at = now + INTERRUPTED_AFTER
        declined = occasion == OCCASION_DECLINED and self._get_failed_charge()
        return {
            "move_id": self.id,
            "company_id": self.company_id.id,
            "partner_id": self.partner_id.id,
            "attempt_id": declined and declined.id,
            "declined_at": declined and declined.done_at,
            "occasion": occasion,
            "channel": channel,
            "state": QUEUED,
            "reason_code": False,
            "queued_at": now,
            "retry_at": retry_at,
        }

    def _note_told(self, message):
        """Record on the invoice that it was sent; the caller holds the lock."""
        self.is_move_sent = True
        self._message_log(body=message._get_text())

    # -- overdue messages ------------------------------------------------------

    def _search_receipts_to_send(self, now):
        """Return paid invoices whose receipt was not sent (the runner was down)."""
        paid = [
            ("state", "=", "paid"),
            ("done_at", "<=", now - SWEEP_AFTER),
            ("done_at", ">=", now - SWEEP_SINCE),
        ]
        said = [("occasion", "=", OCCASION_PAID)]
        return self.search(
            [
                ("payment_state", "in", ("paid", "in_payment")),
                ("collection_attempt_ids", "any", paid),
                ("collection_message_ids", "not any", said),
            ],
            limit=BATCH,
        )

    def _search_invoices_to_send(self, now):
        """Return open invoices for the customer to pay that were not sent."""
        said = [("occasion", "not in", tuple(RECEIPTS))]
        return self.search(
            [
                ("collection_decision_code", "!=", False),
                ("collection_mode", "in", ("net", "prepaid")),
                ("payment_state", "in", ("not_paid", "partial")),
                ("create_date", ">=", now - SWEEP_SINCE),
                ("write_date", "<=", now - SWEEP_AFTER),
                ("collection_attempt_ids", "=", False),
                ("collection_message_ids", "not any", said),
            ],
            limit=BATCH,
        )
