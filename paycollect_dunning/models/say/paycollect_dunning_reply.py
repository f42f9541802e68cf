# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models

from ...rules.replies import shorten

REPLY = "dunning_reply"
WAITING, ANSWERED, IGNORED = "waiting", "answered", "ignored"


class PaycollectDunningReply(models.Model):
    """A customer's reply to a reminder: reminders wait until somebody has read it.

    Rows are never deleted; the text is the beginning of what the customer wrote.
    """

    _name = "paycollect.dunning.reply"
    _description = "Reply to a Reminder"
    _order = "id desc"
    _rec_name = "partner_id"
    _masked_texts = ("text",)

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    contact_id = fields.Many2one(
        "res.partner", string="From", readonly=True, index="btree_not_null"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    case_id = fields.Many2one(
        "paycollect.dunning.case",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    channel = fields.Selection(
        [("mail", "Email"), ("sms", "Text message")], required=True, readonly=True
    )
    sender = fields.Char(
        string="Address or Number", readonly=True, help="Where the reply came from."
    )
    text = fields.Char(readonly=True)
    reference = fields.Char(
        readonly=True, help="The carrier's ID of the message, so that it counts once."
    )
    received_at = fields.Datetime(string="Received On", required=True, readonly=True)
    state = fields.Selection(
        [(WAITING, "To answer"), (ANSWERED, "Answered"), (IGNORED, "Ignored")],
        string="Status",
        required=True,
        readonly=True,
        default=WAITING,
        index=True,
    )
    closed_at = fields.Datetime(string="Closed On", readonly=True)
    closed_by = fields.Many2one("res.users", readonly=True)

    _reference_uniq = models.UniqueIndex("(reference) WHERE reference IS NOT NULL")

    # -- buttons -------------------------------------------------------------------

    def action_set_answered(self):
        """Button: the customer got an answer; reminders go on (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._close(ANSWERED, fields.Datetime.now())

    def action_ignore(self):
        """Button: the reply needs no answer; reminders go on (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self.sudo()._close(IGNORED, fields.Datetime.now())

    def _get_at(self):
        """Return the values of the reason why the case waits."""
        return {"at": str(self.received_at), "channel": self.channel}

    # -- transitions ---------------------------------------------------------------

    @api.model
    def _receive(
        self, case, channel, text, now, contact=None, sender=None, reference=None
    ):
        """Record a reply about a case (sudo); its reminders wait from now on.

        :param str text: plain text
        :param now: naive UTC datetime
        """
        reply = self.sudo().create(
            {
                "partner_id": case.partner_id.id,
                "contact_id": contact.id if contact else False,
                "company_id": case.company_id.id,
                "case_id": case.id,
                "channel": channel,
                "sender": sender,
                "reference": reference,
                "text": shorten(text),
                "received_at": now,
            }
        )
        case._pause_for(reply)
        case.company_id._schedule_collection_activity(
            case,
            self.env._("Answer the customer's reply"),
            self.env._(
                "%(customer)s replied: “%(text)s” Reminders wait. Click “Answer,” or "
                "“Ignore Reply” if no answer is needed.",
                customer=case.partner_id.display_name,
                text=shorten(text, 200),
            ),
            code=REPLY,
            now=now,
        )
        return reply

    @api.model
    def _is_known(self, reference):
        """Whether a reply with the carrier's ID is on record."""
        return bool(
            reference and self.search_count([("reference", "=", reference)], limit=1)
        )

    def _close(self, state, now):
        waiting = self.filtered(lambda reply: reply.state == WAITING)
        waiting.write({"state": state, "closed_at": now, "closed_by": self.env.user.id})
        for reply in waiting.filtered("case_id"):
            if not reply.case_id._get_waiting_replies():
                reply.case_id._go_on_after_reply()
                reply.company_id._close_collection_activities(
                    reply.case_id, self.env._("The reply was dealt with."), (REPLY,)
                )

    @api.model
    def _search_waiting(self, customers, company):
        """Return the replies of these customers (sudo) that nobody has dealt with."""
        return self.sudo().search(
            [
                ("partner_id", "in", customers.ids),
                ("company_id", "=", company.id),
                ("state", "=", WAITING),
            ]
        )
