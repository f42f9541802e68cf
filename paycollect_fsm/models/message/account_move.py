# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, fields, models
from odoo.tools import format_datetime

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules.const import OCCASION_DUE, OCCASION_PAID
from ...rules.retry import next_texting

_logger = logging.getLogger(__name__)

PDF_REPORT = "account.account_invoices"
QUEUE_AFTER = timedelta(minutes=5)
SWEEP_AFTER = timedelta(minutes=2)
SWEEP_SINCE = timedelta(days=2)
BATCH = 100


class AccountMove(models.Model):
    """What the customer is told: the receipt, or the invoice with how to pay it.

    A message is claimed (its row written) and committed before it leaves, so that a
    repeated job cannot send it twice. Rendering and SMTP run in their own queue
    channel and never hold up a charge.
    """

    _inherit = "account.move"

    invoice_message_at = fields.Datetime(
        copy=False, readonly=True, help="When the open invoice was sent (UTC)."
    )
    receipt_message_id = fields.Many2one(
        "mail.message", copy=False, readonly=True, index="btree_not_null"
    )
    receipt_sent_at = fields.Datetime(
        copy=False, readonly=True, help="When the receipt left for the customer (UTC)."
    )
    decline_message_at = fields.Datetime(
        copy=False,
        readonly=True,
        help="When the customer was told that the charge was declined (UTC).",
    )
    decline_sms_at = fields.Datetime(
        copy=False, readonly=True, help="When the SMS about a decline was queued (UTC)."
    )

    def _get_collection_fields(self):
        return super()._get_collection_fields() | {
            "decline_message_at",
            "decline_sms_at",
            "invoice_message_at",
            "receipt_message_id",
            "receipt_sent_at",
        }

    def _get_explanation_dependencies(self):
        return (*super()._get_explanation_dependencies(), "receipt_sent_at")

    def _get_explanation_lines(self):
        lines = super()._get_explanation_lines()
        if self.receipt_sent_at:
            text = self.env._(
                "The receipt was sent on %(date)s.",
                date=format_datetime(self.env, self.receipt_sent_at, dt_format="short"),
            )
            lines.append(("message", text))
        return lines

    def _reset_notifications(self):
        self.filtered("decline_message_at").decline_message_at = False
        return super()._reset_notifications()

    def _notify_customer(self, occasion):
        if occasion == OCCASION_PAID:
            self._queue_receipt()
        else:
            self._queue_invoice_message()
        return super()._notify_customer(occasion)

    def _queue_receipt(self):
        for move in self.filtered(lambda move: move._may_get_receipt()):
            if move._has_receipt_address():
                move._delay_message("_send_receipt", "receipt")
            else:
                move._note_no_receipt()

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

    def _may_get_receipt(self):
        self.ensure_one()
        return (
            self.move_type == "out_invoice"
            and self.state == "posted"
            and self.company_id.collection_active
            and not self.company_id._has_moved()
            and bool(self.collection_policy_id)
            and self._is_settled()
            and not self.receipt_message_id
            and not self.currency_id.is_zero(self.amount_total)
        )

    def _has_receipt_address(self):
        """Whether a receipt would reach anybody, by mail or SMS."""
        partner = self.partner_id
        return bool(partner._get_collection_email() or self._get_receipt_number())

    def _note_no_receipt(self):
        """Say once that nobody got a receipt, and what to do about it."""
        self.ensure_one()
        move = self.sudo()
        move.receipt_message_id = move._message_log(
            body=self.env._(
                "No receipt was sent: %(customer)s has no email address. Add one, so "
                "that the next receipt arrives.",
                customer=move.partner_id.display_name,
            )
        )

    def _send_receipt(self):
        """Send the receipt of a paid invoice once, by mail and, if wanted, SMS."""
        move = self._as_collection_system()
        move._lock_or_retry()
        if not move._may_get_receipt():
            return
        if not move._has_receipt_address():
            move._note_no_receipt()
            return
        mail = move._create_message("paycollect_fsm.mail_template_receipt")
        move.receipt_message_id = mail.mail_message_id
        move._send_receipt_sms()
        move._send_message(mail)

    def _send_invoice_message(self):
        """Send the open invoice once, with how it can be paid.

        When its charge is declined for the first time, it is sent once more, with
        what happened and a link to add another method.
        """
        move = self._as_collection_system()
        move._lock_or_retry()
        if not move._is_owed():
            return
        if move._get_message_obstacles(OCCASION_DUE, fields.Datetime.now())[move]:
            return
        declined = move._is_declined()
        if move.decline_message_at if declined else move.invoice_message_at:
            return
        mail = move._create_message("paycollect_fsm.mail_template_invoice")
        # Its link acts as the customer: colleagues find a note, not the link.
        mail.write({"model": False, "res_id": False, "auto_delete": True})
        move.invoice_message_at = fields.Datetime.now()
        if declined:
            move.decline_message_at = move.invoice_message_at
            move._queue_decline_sms(move.decline_message_at)
        move.message_post(
            body=self.env._(
                "The invoice was sent to %(customer)s with how to pay it.",
                customer=move._get_message_partner().display_name,
            )
        )
        move._send_message(mail)
        move.is_move_sent = True

    def _get_message_obstacles(self, occasion, now):
        """Hook: why the customer is told nothing about these invoices now, in bulk.

        :param occasion: see ``_notify_customer``
        :param now: naive UTC datetime
        :return: ``{move: [reason code]}``, with each invoice
        """
        moved = self.env["res.company"]._has_moved()
        obstacles = {move: ["moved"] if moved else [] for move in self}
        if occasion == OCCASION_PAID:
            return obstacles
        for move in self:
            if move.payment_state == "blocked":
                obstacles[move].append("blocked")
            if move._has_pending_transaction(move.sudo().transaction_ids):
                obstacles[move].append("in_flight")
        return obstacles

    def _as_collection_system(self):
        self.ensure_one()
        company = self.company_id
        return (
            self.with_user(SUPERUSER_ID)
            .with_company(company)
            .with_context(tz=company._get_zone().key)
        )

    def _create_message(self, template):
        """Return the ``mail.mail`` of ``template`` for this invoice, not sent yet.

        Should we be interrupted, the native mail queue sends it a little later.
        """
        template = self.env.ref(template)
        values = {
            "attachment_ids": self._get_pdf_attachments().ids,
            "scheduled_date": fields.Datetime.now() + QUEUE_AFTER,
        }
        mail_id = template.send_mail(self.id, force_send=False, email_values=values)
        return self.env["mail.mail"].browse(mail_id)

    def _send_message(self, mail):
        """Commit the claim, then hand the mail to the mail server."""
        queue = self.env.ref("mail.ir_cron_mail_scheduler_action")
        queue._trigger(at=mail.scheduled_date)
        self.env["paycollect.attempt"]._commit()
        mail.send(auto_commit=False, raise_exception=False)

    def _get_pdf_attachments(self):
        """Return the invoice's PDF as an attachment, or nothing.

        Nothing when the setting is off or no PDF engine is there: a message that
        leaves without its PDF is better than none.
        """
        Attachment = self.env["ir.attachment"]
        report = self.env["ir.actions.report"]
        if not self.company_id.collection_attach_pdf:
            return Attachment
        if report.get_wkhtmltopdf_state() not in ("ok", "upgrade"):
            return Attachment
        if self.invoice_pdf_report_id:
            return self.invoice_pdf_report_id
        try:
            with self.env.cr.savepoint():
                content, kind = report._render_qweb_pdf(PDF_REPORT, self.ids)
        except Exception:
            _logger.exception("The PDF of %s could not be made", self.name)
            return Attachment
        if kind != "pdf":
            return Attachment
        return Attachment.create(
            {
                "name": self._get_invoice_report_filename(),
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def _queue_decline_sms(self, now):
        """Send the link by SMS as well, as soon as a phone may ring there (Q1)."""
        if not self._get_message_partner()._get_collection_number():
            return
        self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"account.move.decline_sms.{self.id}",
            eta=next_texting(now, self._get_customer_zone()),
            description=self.env._(
                "Text about the decline of %(invoice)s", invoice=self.name
            ),
        )._send_decline_sms()

    def _send_decline_sms(self):
        """Send one SMS for each mail about a decline, unless it is settled meanwhile.

        It is not tied to the chatter: colleagues shall not find the link there.
        """
        move = self._as_collection_system()
        partner = move._get_message_partner()
        number = partner._get_collection_number()
        if not number or not move.try_lock_for_update() or not move._may_text_decline():
            return
        template, url = move._get_decline_sms()
        template = template.with_context(collection_url=url)
        body = template._render_field("body", move.ids, compute_lang=True)[move.id]
        self.env["sms.sms"].sudo().create(
            {"number": number, "body": body, "partner_id": partner.id}
        )
        move.decline_sms_at = fields.Datetime.now()

    def _get_decline_sms(self):
        """Return the template of the SMS and the link that it shows."""
        if url := self._get_authentication_link():
            return self.env.ref("paycollect_fsm.sms_template_authenticate"), url
        url = self._get_method_link() or self._get_pay_link()
        return self.env.ref("paycollect_fsm.sms_template_declined"), url

    def _may_text_decline(self):
        self.ensure_one()
        told, texted = self.decline_message_at, self.decline_sms_at
        return (
            bool(told)
            and not (texted and texted >= told)
            and self._is_owed()
            and self._is_declined()
            and not self._has_open_attempt()
        )

    def _send_receipt_sms(self):
        if not self._get_receipt_number():
            return
        self._message_sms_with_template(
            template=self.env.ref("paycollect_fsm.sms_template_receipt"),
            partner_ids=self.partner_id.ids,
            put_in_queue=True,
        )

    def _get_receipt_number(self):
        """Where the customer wants receipts as SMS; falsy for none."""
        return self.partner_id.collection_receipt_sms and self.partner_id.phone

    # -- cron ------------------------------------------------------------------

    def _cron_send_receipts(self, now=None):
        """Send the receipts that no job sent (the runner was down).

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        moves = self.search(
            [
                ("receipt_message_id", "=", False),
                ("payment_state", "in", ("paid", "in_payment")),
                (
                    "collection_attempt_ids",
                    "any",
                    [
                        ("state", "=", "paid"),
                        ("done_at", "<=", now - SWEEP_AFTER),
                        ("done_at", ">=", now - SWEEP_SINCE),
                    ],
                ),
            ],
            limit=BATCH,
        )
        attempts = self.env["paycollect.attempt"]
        for move in moves:
            try:
                move._send_receipt()
                attempts._commit()
            except RetryableJobError:
                attempts._rollback()
            except Exception:
                _logger.exception("The receipt of %s could not be sent", move.name)
                attempts._rollback()

    # -- values for the templates ---------------------------------------------

    def _get_message_partner(self):
        """The invoice contact, or the customer when the contact has no mail."""
        self.ensure_one()
        partner = self.partner_id
        return partner if partner.email else partner.commercial_partner_id

    def _get_tax_summary(self):
        """Return what each tax adds: list of dicts ``name``, ``amount``."""
        self.ensure_one()
        lines = self.line_ids.filtered("tax_line_id").grouped("tax_line_id")
        return [
            {
                "name": tax.invoice_label or tax.name,
                "amount": -sum(taxed.mapped("amount_currency")),
            }
            for tax, taxed in lines.items()
        ]

    def _get_receipt_payments(self):
        """Return what was paid: list of dicts ``label``, ``date``, ``amount``.

        Credits that were used are named, and a discount stands on its own line.
        """
        self.ensure_one()
        content = (self.invoice_payments_widget or {}).get("content", [])
        attempts = self.sudo().collection_attempt_ids.filtered("transaction_id")
        by_payment = attempts.grouped(lambda a: a.transaction_id.payment_id.id)
        rows = []
        for line in content:
            if line.get("is_exchange"):
                continue
            attempt = by_payment.get(line.get("account_payment_id"), attempts.browse())
            discount = attempt[:1].discount
            rows.append(
                {
                    "label": self._get_receipt_label(line, attempt[:1]),
                    "date": line["date"],
                    "amount": self.currency_id.round(line["amount"] - discount),
                }
            )
            if discount:
                label = self.env._("Discount for early payment")
                rows.append({**rows[-1], "label": label, "amount": discount})
        return rows

    def _get_receipt_label(self, line, attempt):
        if attempt:
            return attempt.token_id._get_label()
        if not line.get("account_payment_id"):
            return self.browse(line.get("move_id")).name or line.get("journal_name")
        return line.get("payment_method_name") or line.get("journal_name")

    def _get_scheduled_charge(self):
        """Return the attempt that waits for the day it is due, if any (sudo)."""
        self.ensure_one()
        last = self._get_last_attempt()
        due = last._is_waiting() and last.trigger != "retry" if last else False
        return last if due else last.browse()

    def _get_method_link(self):
        """Return a fresh link to add a method, when that would get it paid."""
        if self._needs_authentication():
            return False
        if self.collection_mode != "auto" or self._has_usable_method():
            return False
        return self.env["paycollect.link"]._issue(
            self.commercial_partner_id, "method", company=self.company_id, move=self
        )

    def _has_usable_method(self):
        token = self._get_tokens_to_charge()[self]
        today = self.company_id._get_today()
        return token and not token._is_expired_on(today) and not self._is_declined()

    def _get_pay_link(self):
        """Return the native page of this invoice, which needs no login."""
        return f"{self.get_base_url()}{self.get_portal_url()}"
