# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import fields, models
from odoo.exceptions import UserError

from ...rules import protocol
from ...rules.const import PAID, UNKNOWN
from ..company.moments import format_moment


class PaycollectAttempt(models.Model):
    """What users see and can do about charges with an unknown outcome."""

    _inherit = "paycollect.attempt"

    # -- buttons ---------------------------------------------------------------

    def action_ask_provider(self):
        """Button: ask the provider about unknown charges now."""
        self.env["paycollect.access"]._check_manager(self)
        attempts = self.sudo()._lock_unknown()
        attempts.write({"ask_at": fields.Datetime.now()})
        attempts._enqueue_question()
        return self.move_id._notify(
            self.env._(
                "Checking with the provider. Reload this page in a minute to see the "
                "result."
            ),
            "success",
        )

    def action_set_paid(self):
        """Button: record that the provider charged an unknown attempt."""
        self.env["paycollect.access"]._check_manager(self)
        for attempt in self.sudo()._lock_unknown():
            user = {"user": self.env.user.name}
            reason = attempt._get_reason_text("paid_by_user", user)
            attempt._note_inquiry(protocol.PERSON, protocol.FOUND, reason)
            attempt.transaction_id._set_done(state_message=reason)
            attempt._set_state(PAID, "paid_by_user", user)
            attempt.transaction_id._post_process()

    def action_set_not_charged(self):
        """Button: record that the provider never charged an unknown attempt.

        The transaction becomes an error instead of canceled, so that a success that
        arrives later still counts.
        """
        self.env["paycollect.access"]._check_manager(self)
        for attempt in self.sudo()._lock_unknown():
            user = {"user": self.env.user.name}
            reason = attempt._get_reason_text("lost_by_user", user)
            attempt._note_inquiry(protocol.PERSON, protocol.NOT_FOUND, reason)
            attempt._set_lost("lost_by_user", user)

    def _lock_unknown(self):
        """Lock and return the attempts that are unknown.

        :raise UserError: if one of them is being checked right now
        """
        unknown = self.filtered(lambda attempt: attempt.state == UNKNOWN)
        locked = unknown.try_lock_for_update()
        if locked < unknown:
            raise UserError(
                self.env._(
                    "This charge is being checked with the provider right now. Try "
                    "again in a minute."
                )
            )
        return locked.filtered(lambda attempt: attempt.state == UNKNOWN)

    # -- activities and texts --------------------------------------------------

    def _report_unknown(self):
        """Park the attempt and ask accounting to confirm the outcome, with the checks
        so far."""
        self.ensure_one()
        summary = self.env._("Confirm whether this was charged")
        text = self.env._(
            "%(history)s Look up %(reference)s at the provider, then click “Mark as "
            "Charged” or “Mark as Not Charged” on the attempt. The invoice won't be "
            "charged again until the outcome is known.",
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
        """Return what happens next to an unknown charge, for “Why?”."""
        self.ensure_one()
        values = {"date": self.ask_at and format_moment(self.env, self.ask_at)}
        if not self.parked_code:
            return self.env._(
                "Next: the outcome will be checked with the provider on %(date)s. The "
                "invoice won't be charged again until it is known.",
                **values,
            )
        if self.ask_at:
            return self.env._(
                "Next: a manager must look up the charge at the provider and record "
                "the outcome. It will also be checked automatically on %(date)s. The "
                "invoice won't be charged again until the outcome is known.",
                **values,
            )
        return self.env._(
            "Next: a manager must look up the charge at the provider and record the "
            "outcome. The invoice won't be charged again until then."
        )
