# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import UniqueViolation

from odoo import Command, api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import disputes
from ...rules.disputes import ACCEPTED, WITHDRAWN

ACTIVITY = "customer_dispute"


class PaycollectDispute(models.Model):
    """From the customer's words to our answer, and to the end of the dispute."""

    _inherit = "paycollect.dispute"

    @api.model
    def _file(self, move, partner, claim, lines, file=None):
        """File the dispute of an invoice. Call with sudo, after checking whose it is.

        :param partner: who disputes it
        :param claim: a :class:`disputes.Claim` without problems
        :param lines: the disputed lines of the invoice; none: all of it
        :param file: (name, content) that was checked, or None
        :raise ValidationError: if it is disputed already
        """
        vals = self._prepare_dispute_vals(move, partner, claim, lines, file)
        try:
            with self.env.cr.savepoint():
                # whoever files it gets the answer, not the notes of staff
                dispute = self.with_context(mail_create_nosubscribe=True).create(vals)
                dispute.flush_recordset()
        except UniqueViolation as error:
            raise ValidationError(
                self.env._(
                    "%(invoice)s is already disputed. You'll find the dispute in your "
                    "list.",
                    invoice=move.name,
                )
            ) from error
        dispute._notify_staff()
        return dispute

    def _prepare_dispute_vals(self, move, partner, claim, lines, file):
        company, currency = move.company_id, move.currency_id
        limit, digits = move._get_disputable_amount(), currency.decimal_places
        name, content = file or (False, False)
        return {
            "move_id": move.id,
            "company_id": company.id,
            "partner_id": partner.id,
            "reason": claim.reason,
            "disputed_line_ids": [Command.set(lines.ids)],
            "amount": disputes.get_amount(claim, limit, digits),
            "currency_id": currency.id,
            "text": claim.text.strip(),
            "file": content,
            "file_name": name,
            "owner_id": company._get_collection_responsible().id,
            "deadline": disputes.add_business_days(
                company._get_today(), disputes.ANSWER_WITHIN
            ),
        }

    def _notify_staff(self):
        company = self.company_id
        lang = company._get_collection_responsible().lang
        dispute = self.with_context(lang=lang)
        company.with_context(lang=lang)._schedule_collection_activity(
            dispute,
            dispute.env._("Answer the customer's dispute"),
            dispute.env._(
                "%(customer)s disputes %(amount)s of %(invoice)s: %(reason)s. Answer "
                "by %(date)s with “Accept” or “Reject.”",
                customer=dispute.partner_id.display_name,
                amount=dispute.currency_id._format_amount(dispute.amount),
                invoice=dispute.move_id.name,
                reason=dispute._get_reason_label(),
                date=format_day(dispute.env, dispute.deadline),
            ),
            code=ACTIVITY,
        )

    def _answer(self, state, answer, now=None):
        """Answer the customer: record it, tell them, and end the activity.

        :param state: ``ACCEPTED`` or ``REJECTED``
        :param answer: the customer reads it
        :raise AccessError: unless the user is a Collections user
        :raise UserError: if it isn't open anymore
        """
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        self._check_open()
        dispute = self.sudo()
        dispute.write(
            {
                "answer": answer,
                "answered_at": now or fields.Datetime.now(),
                "answered_by_id": self.env.uid,
            }
        )
        dispute._set_ended(state)
        dispute._send_answer()

    def _withdraw(self):
        """The customer no longer disputes the invoice. Call with sudo."""
        self.ensure_one()
        self._check_open()
        self._set_ended(WITHDRAWN)

    def _set_ended(self, state):
        self.state = state
        label = self._get_state_label()
        self.company_id._close_collection_activities(self, label, (ACTIVITY,))
        self.move_id._resume_contested()

    def _set_credited(self):
        """What was accepted is settled: the rest of the invoice may be charged."""
        waiting = self.filtered(lambda d: d.state == ACCEPTED and not d.is_credited)
        waiting.write({"is_credited": True})
        waiting.move_id._resume_contested()

    def _send_answer(self):
        """Queue the email with the answer; without an address, a note says so."""
        if not self.partner_id._get_collection_email():
            self._message_log(
                body=self.env._(
                    "%(customer)s has no usable email address. The answer is shown in "
                    "the customer's portal only.",
                    customer=self.partner_id.display_name,
                )
            )
            return
        template = self.env.ref("paycollect_portal.mail_template_dispute_answer")
        template.send_mail(self.id, force_send=False)

    def _drop_undisputed_lines(self, note):
        """Remove the other lines of a draft credit note, a copy of the invoice."""
        self.ensure_one()
        invoice = note.reversed_entry_id
        is_ours = invoice == self.move_id and note.state == "draft"
        if not is_ours or not self.disputed_line_ids:
            return
        originals = invoice.invoice_line_ids.sorted(lambda o: (o.sequence, o.id))
        copies = note.invoice_line_ids.sorted(lambda o: (o.sequence, o.id))
        if len(copies) != len(originals):
            return
        dropped = [
            copy.id
            for line, copy in zip(originals, copies, strict=True)
            if copy.display_type == "product" and line not in self.disputed_line_ids
        ]
        note.invoice_line_ids = [Command.delete(line_id) for line_id in dropped]
