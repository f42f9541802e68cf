# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime

from ...rules import protocol
from ...rules.const import PAID, UNKNOWN


class PaycollectAttempt(models.Model):
    """What people do about a charge that nobody knows of, and what they are told."""

    _inherit = "paycollect.attempt"

    # -- buttons ---------------------------------------------------------------

    def action_ask_provider(self):
        """Ask the provider now what became of unknown charges."""
        self.env["paycollect.access"]._check_manager(self)
        attempts = self.sudo()._lock_unknown()
        attempts.write({"ask_at": fields.Datetime.now()})
        attempts._enqueue_question()
        return self.move_id._notify(
            self.env._("The provider is being asked; the answer is noted here."),
            "success",
        )

    def action_set_paid(self):
        """Record that the provider did charge an unknown attempt."""
        self.env["paycollect.access"]._check_manager(self)
        for attempt in self.sudo()._lock_unknown():
            user = {"user": self.env.user.name}
            reason = attempt._get_reason_text("paid_by_user", user)
            attempt._note_inquiry(protocol.PERSON, protocol.FOUND, reason)
            attempt.transaction_id._set_done(state_message=reason)
            attempt._set_state(PAID, "paid_by_user", user)
            attempt.transaction_id._post_process()

    def action_set_not_charged(self):
        """Record that the provider never charged an unknown attempt.

        An error, not canceled: a success that arrives after all must be believed.
        """
        self.env["paycollect.access"]._check_manager(self)
        for attempt in self.sudo()._lock_unknown():
            user = {"user": self.env.user.name}
            reason = attempt._get_reason_text("lost_by_user", user)
            attempt._note_inquiry(protocol.PERSON, protocol.NOT_FOUND, reason)
            attempt._set_lost("lost_by_user", user)

    def _lock_unknown(self):
        """Return those that nobody knows of, locked.

        :raise UserError: when one of them is being asked about right now
        """
        unknown = self.filtered(lambda attempt: attempt.state == UNKNOWN)
        locked = unknown.try_lock_for_update()
        if locked < unknown:
            raise UserError(
                self.env._(
                    "The provider is being asked about this charge right now. Look "
                    "again in a minute."
                )
            )
        return locked.filtered(lambda attempt: attempt.state == UNKNOWN)

    # -- people ----------------------------------------------------------------

    def _report_unknown(self):
        """Park it: a person is asked to find out, with what was asked and answered."""
        self.ensure_one()
        summary = self.env._("Find out whether this was charged")
        text = self.env._(
            "%(history)s Look up %(reference)s at the provider, then record what "
            "you found on the attempt. Nothing else is charged before that.",
            history=self._get_history_text(),
            reference=self.transaction_id.reference,
        )
        lines = [inquiry._get_line() for inquiry in self.inquiry_ids]
        note = escape(text) + Markup("").join(
            [
                Markup("<ul>"),
                *(Markup("<li>%s</li>") % line for line in lines),
                Markup("</ul>"),
            ]
            if lines
            else []
        )
        if not self.parked_code:
            self.parked_code = "person"
        told = self.move_id.sudo().activity_ids.filtered(
            lambda activity: activity.collection_code == "unknown"
        )
        if told:
            told.note = note
        else:
            self.company_id._schedule_collection_activity(
                self.move_id, summary, note, code="unknown"
            )

    def _get_question_text(self):
        """What happens next to an unknown charge, for “Why?”."""
        self.ensure_one()
        values = {
            "date": self.ask_at
            and format_datetime(self.env, self.ask_at, dt_format="short")
        }
        if not self.parked_code:
            return self.env._(
                "Next: the provider is asked on %(date)s what became of it. Nothing "
                "else is charged before that.",
                **values,
            )
        if self.ask_at:
            return self.env._(
                "Next: somebody looks the charge up at the provider and records what "
                "happened; the provider is also asked again on %(date)s. Nothing else "
                "is charged before that.",
                **values,
            )
        return self.env._(
            "Next: somebody looks the charge up at the provider and records what "
            "happened. Nothing else is charged before that."
        )
