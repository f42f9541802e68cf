# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import fields, models

from odoo.addons.paycollect_fsm.models.company.moments import format_moment


class PaycollectDunningCase(models.Model):
    """Why a message waits, took another channel, or wasn't sent, in words for staff."""

    _inherit = "paycollect.dunning.case"

    def _get_reason_text(self, code, values):
        texts = self._get_say_texts(values)
        return texts.get(code) or super()._get_reason_text(code, values)

    def _get_say_texts(self, values):
        _ = self.env._
        at = values.get("at")
        moment = format_moment(self.env, fields.Datetime.to_datetime(at)) if at else ""
        note = values.get("note") or ""
        return {
            "hours": _(
                "Waits for the hours in which the customer may be contacted: %(at)s.",
                at=moment,
            ),
            "frequency": _(
                "Waits because the customer was contacted often enough lately: %(at)s.",
                at=moment,
            ),
            "instead": self._get_instead_text(values, moment),
            "reply": _(
                "The customer replied on %(at)s. Answer or ignore it.", at=moment
            ),
            "settled": _("Not sent: what it asked for was settled meanwhile."),
            "replied": _("Not sent: the customer replied meanwhile."),
            "all_stopped": _("Not sent: reminders were stopped meanwhile."),
            "on_hold": _("Not sent: reminders of this customer are on hold."),
            "opted_out": _("Not sent: the number opted out of text messages."),
            "replaced": _(
                "Not sent: it was never printed. A newer letter replaced it."
            ),
            "canceled": _("Not sent: it was canceled in the outgoing queue."),
            "deleted": _("Not sent: it was deleted from the outgoing queue."),
            "bounced": _("It came back: the address doesn't receive email."),
            "undelivered": _("It could not be delivered. See the delivery for why."),
            "call_promise": _("Reached: promises to pay. %(note)s", note=note),
            "call_dispute": _("Reached: disputes an invoice. %(note)s", note=note),
            "call_talked": _("Reached, nothing agreed. %(note)s", note=note),
            "call_no_answer": _("Nobody answered. %(note)s", note=note),
            "call_wrong_number": _(
                "The number is wrong: correct it on the contact. %(note)s", note=note
            ),
        }

    def _get_instead_text(self, values, moment):
        _ = self.env._
        field = self.env["paycollect.dunning.message"]._fields["channel"]
        labels = dict(field._description_selection(self.env))
        reasons = {
            "bounced": _("the address was refused"),
            "opted_out": _("the number opted out"),
            "missing": _("there is no usable address"),
            "no_hour": _("there is no hour that is allowed everywhere"),
        }
        text = _(
            "Not by %(channel)s: %(why)s.",
            channel=labels.get(values.get("channel"), ""),
            why=reasons.get(values.get("why"), ""),
        )
        if moment:
            return _("%(text)s Waits until %(at)s.", text=text, at=moment)
        return text
