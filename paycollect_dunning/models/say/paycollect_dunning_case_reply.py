# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.tools import html2plaintext

from ...rules.const import EXCEPTION, MAIL, OPEN, PAUSED
from ...rules.replies import is_automatic
from .mail_thread import BY_MACHINE

WAITING, REPLY = "waiting", "reply"


class PaycollectDunningCase(models.Model):
    """Replies to reminders: they pause the case until somebody has read them."""

    _inherit = "paycollect.dunning.case"

    reply_ids = fields.One2many(
        "paycollect.dunning.reply", "case_id", string="Replies", readonly=True
    )
    replied_at = fields.Datetime(
        string="Reply Waiting Since",
        compute="_compute_replied_at",
        help="The first reply that nobody has answered or ignored yet.",
    )

    @api.depends("reply_ids.state", "reply_ids.received_at")
    def _compute_replied_at(self):
        for case in self:
            waiting = case.reply_ids.filtered(lambda reply: reply.state == WAITING)
            case.replied_at = min(waiting.mapped("received_at"), default=False)

    def _get_waiting_replies(self):
        return self.reply_ids.filtered(lambda reply: reply.state == WAITING)

    def _pause_for(self, reply):
        """Say at once that the case waits for somebody to read a reply."""
        self.filtered(lambda case: case.state in (OPEN, PAUSED, EXCEPTION)).write(
            {
                "state": PAUSED,
                "reason_code": REPLY,
                "reason_values": reply._get_at(),
                "next_date": False,
            }
        )

    def _go_on_after_reply(self):
        """Nothing waits anymore: the next run decides the case."""
        waiting = self.filtered(lambda case: case.reason_code == REPLY)
        waiting.write({"state": OPEN, "reason_code": False, "reason_values": False})
        self.env.ref("paycollect_dunning.cron_dunning").sudo()._trigger()

    # -- buttons -------------------------------------------------------------------

    def action_answer_reply(self):
        """Button: write to whoever replied; sending it answers the replies (Collections
        users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        first = self.sudo()._get_waiting_replies().sorted("received_at")[:1]
        to = first.contact_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Answer"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": to.ids,
            },
        }

    def action_reply_answered(self):
        """Button: the replies were answered; reminders go on (Collections users)."""
        return self._get_waiting_replies().action_set_answered()

    def action_reply_ignored(self):
        """Button: the replies need no answer; reminders go on (Collections users)."""
        return self._get_waiting_replies().action_ignore()

    # -- incoming and outgoing mail ---------------------------------------------------

    def message_update(self, msg_dict, update_vals=None):
        """Note a customer's reply; a reply of ours by email answers it."""
        result = super().message_update(msg_dict, update_vals)
        now = fields.Datetime.now()
        author = self.env["res.partner"].browse(msg_dict.get("author_id") or [])
        for case in self:
            if any(user._is_internal() for user in author.user_ids):
                case.sudo()._get_waiting_replies()._close("answered", now)
            elif not self._is_automatic(msg_dict):
                self.env["paycollect.dunning.reply"]._receive(
                    case.sudo(),
                    MAIL,
                    html2plaintext(msg_dict.get("body") or ""),
                    now,
                    author,
                    msg_dict.get("email_from"),
                    msg_dict.get("message_id"),
                )
        return result

    @api.model
    def _is_automatic(self, msg_dict):
        """Whether a machine wrote an incoming email, by its headers or its subject."""
        by_header = bool(self.env.context.get(BY_MACHINE))
        return by_header or is_automatic(msg_dict.get("subject"))

    def _message_receive_bounce(self, email, partner):
        """What came back is told by the next channel."""
        result = super()._message_receive_bounce(email, partner)
        now = fields.Datetime.now()
        for case in self.sudo():
            case.message_row_ids._note_bounce(email, now)
        return result

    def _message_post_after_hook(self, message, msg_vals):
        """What staff write to the customer here answers the replies."""
        comment = self.env.ref("mail.mt_comment")
        if (
            message.message_type == "comment"
            and message.subtype_id == comment
            and self.env.user._is_internal()
        ):
            self.sudo()._get_waiting_replies()._close("answered", fields.Datetime.now())
        return super()._message_post_after_hook(message, msg_vals)
