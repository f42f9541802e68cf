# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from markupsafe import Markup, escape

from odoo import models

from ...rules.const import CALL, QUEUED

CALL_TO_MAKE = "dunning_call"
# Outcomes in which the customer heard us.
REACHED = ("promise", "dispute", "talked")


class PaycollectDunningMessage(models.Model):
    """Calls: an activity with a script, and a dialog for the outcome."""

    _inherit = "paycollect.dunning.message"

    def action_record_call(self):
        """Button: open the dialog for the outcome of a call (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        call = (
            self.env["paycollect.dunning.call"].sudo().create({"message_id": self.id})
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Outcome of the Call"),
            "res_model": call._name,
            "res_id": call.id,
            "view_mode": "form",
            "target": "new",
        }

    def _queue_calls(self, now):
        for row in self:
            row.company_id._schedule_collection_activity(
                row.case_id,
                row.env._(
                    "Call %(customer)s about %(amount)s",
                    customer=row.customer_id.display_name,
                    amount=row._format(row.amount),
                ),
                row._get_script(row.company_id._get_collection_responsible()),
                code=CALL_TO_MAKE,
                now=now,
            )

    def _get_script(self, user):
        """Return the number to call and what to say, for staff (``Markup``).

        :param user: who calls
        """
        said = self._get_reminder()
        script = self._get_call_text(user) or Markup("<p>%s</p>") % (
            self.env._(
                "Say who you are and that you call about open invoices. Ask whether "
                "the invoices arrived and are right, then when they will be paid. "
                "Record the outcome: a promise, a dispute, or that nobody answered."
            )
        )
        items = Markup("").join(
            Markup("<li>%s: %s (%s)</li>") % (item["name"], item["amount"], item["due"])
            for item in said["items"]
        )
        number = Markup("<p><strong>%s</strong> %s</p>") % (
            self.partner_id.display_name,
            self.address or "",
        )
        return number + script + Markup("<ul>%s</ul>") % items

    def _get_call_text(self, user):
        """Return the level's script with the names of the caller and the company."""
        script = Markup(self._get_text_level().call_script or "")
        return script.replace("{user}", escape(user.name)).replace(
            "{company}", escape(self.company_id.name)
        )

    def _end_call(self, note):
        """Close the activity once no call of the case is waiting."""
        for row in self:
            waiting = row.search_count(
                [
                    ("case_id", "=", row.case_id.id),
                    ("channel", "=", CALL),
                    ("state", "=", QUEUED),
                ],
                limit=1,
            )
            if not waiting:
                row.company_id._close_collection_activities(
                    row.case_id, escape(note), (CALL_TO_MAKE,)
                )

    def _set_call_outcome(self, outcome, note, now):
        """Record what came of a call; who was reached was told.

        :param str outcome: see ``paycollect.dunning.call``
        """
        self.ensure_one()
        values = {"note": note or ""}
        if outcome in REACHED:
            self._set_sent(now)
            self.write({"reason_code": f"call_{outcome}", "reason_values": values})
        else:
            self._set_failed(f"call_{outcome}", values)
        self._end_call(self.env._("The outcome was recorded."))
