# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.const import (
    CALL,
    DELAYED,
    FAILED,
    LETTER,
    MAIL,
    QUEUED,
    SENT,
    SKIPPED,
    SMS,
)


class PaycollectDunningMessage(models.Model):
    """What was said, to whom, by which channel and why, or why not.

    Rows are only added. A level that is told by two channels has two rows with the
    same ``batch_key``; a level that was passed over has a row without a channel.
    """

    _name = "paycollect.dunning.message"
    _description = "Reminder"
    _inherit = ["paycollect.worker.mixin"]
    _order = "id desc"

    case_id = fields.Many2one(
        "paycollect.dunning.case",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    customer_id = fields.Many2one(
        related="case_id.partner_id", string="Customer", store=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Recipient",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    level_id = fields.Many2one(
        "paycollect.dunning.level",
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    text_level_id = fields.Many2one(
        "paycollect.dunning.level",
        string="Text Of",
        readonly=True,
        ondelete="restrict",
        help="The level whose texts are used: a good payer gets the softer ones.",
    )
    channel = fields.Selection(
        [(MAIL, "Email"), (SMS, "SMS"), (LETTER, "Letter"), (CALL, "Call")],
        readonly=True,
    )
    address = fields.Char(string="To", readonly=True)
    state = fields.Selection(
        [
            (QUEUED, "Queued"),
            (DELAYED, "Delayed"),
            (SENT, "Sent"),
            (SKIPPED, "Not sent"),
            (FAILED, "Failed"),
        ],
        string="Status",
        required=True,
        readonly=True,
        help="Queued: written down, and handed over at the time to send. Delayed: the "
        "same, at a later time because of the contact rules.",
    )
    reason_code = fields.Char(readonly=True)
    reason_values = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason")
    amount = fields.Monetary(
        readonly=True, help="The sum of the lines, less unapplied credit."
    )
    date = fields.Datetime(string="Decided On", required=True, readonly=True)
    send_at = fields.Datetime(string="Send On", readonly=True)
    sent_at = fields.Datetime(string="Sent On", readonly=True)
    pay_by = fields.Date(readonly=True)
    sent_by_id = fields.Many2one(
        "res.users",
        string="Reminded By",
        readonly=True,
        help="Who sent this reminder by hand. Empty: the plan did.",
    )
    batch_key = fields.Char(
        readonly=True,
        help="The same for the rows of one decision about a customer and currency.",
    )
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_dunning_message_move_rel",
        "message_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )
    line_ids = fields.One2many(
        "paycollect.dunning.message.line", "message_id", string="Items", readonly=True
    )
    delivery_id = fields.Many2one(
        "paycollect.message",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )

    _due_idx = models.Index("(send_at) WHERE state IN ('queued', 'delayed')")
    _said_once = models.UniqueIndex(
        "(case_id, level_id, channel, batch_key) "
        "WHERE channel IS NOT NULL AND state != 'skipped'",
        "This reminder already exists.",
    )

    @api.depends("customer_id", "level_id")
    def _compute_display_name(self):
        for message in self:
            names = (message.customer_id.display_name, message.level_id.name)
            message.display_name = " · ".join(filter(None, names))

    @api.depends("reason_code", "reason_values")
    @api.depends_context("lang")
    def _compute_reason(self):
        for message in self:
            message.reason = message.case_id._get_reason_text(
                message.reason_code, message.reason_values or {}
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Reminders are part of the history and can't be deleted.")
        )

    def _queue_carriers(self, now):
        """Hook: hand over rows whose time to send has come, in bulk, without network.

        Called in the transaction that wrote them, and by a sweep for delayed ones.

        :param now: naive UTC datetime
        """
