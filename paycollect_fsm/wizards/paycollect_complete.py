# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, fields, models


class PaycollectComplete(models.TransientModel):
    """Preview of what will be billed, to whom, and how it will be collected."""

    _name = "paycollect.complete"
    _description = "Complete a Job"

    order_id = fields.Many2one("fsm.order", string="Job", required=True, readonly=True)
    currency_id = fields.Many2one(related="order_id.collection_currency_id")
    payer_name = fields.Char(
        string="Bill To", compute="_compute_summary", compute_sudo=True
    )
    how = fields.Char(
        string="Collection", compute="_compute_summary", compute_sudo=True
    )
    is_active = fields.Boolean(
        related="order_id.company_id.collection_active", related_sudo=True
    )
    # read as the user: technicians see that there is a hold, not why
    readiness = fields.Selection(
        related="order_id.collection_readiness", related_sudo=False
    )
    readiness_reason = fields.Char(
        related="order_id.collection_readiness_reason", related_sudo=False
    )
    line_ids = fields.One2many("paycollect.complete.line", "wizard_id", readonly=True)
    amount_total = fields.Monetary(string="Total", compute="_compute_amount_total")
    amount_now = fields.Monetary(
        string="Due Now", compute="_compute_summary", compute_sudo=True
    )

    is_charged_now = fields.Boolean(compute="_compute_summary", compute_sudo=True)
    charge_text = fields.Char(
        string="Charged Now", compute="_compute_summary", compute_sudo=True
    )

    @api.model_create_multi
    def create(self, vals_list):
        wizards = super().create(vals_list)
        for wizard in wizards:
            wizard.line_ids = [
                Command.create(vals)
                for vals in wizard.order_id.sudo()._get_billing_preview()
            ]
        return wizards

    @api.depends("line_ids.price_total")
    def _compute_amount_total(self):
        for wizard in self:
            wizard.amount_total = sum(wizard.line_ids.mapped("price_total"))

    @api.depends("order_id", "amount_total")
    def _compute_summary(self):
        for wizard in self:
            job = wizard.order_id
            collectable = job._get_collectable_preview(wizard.amount_total)
            wizard.payer_name = job._get_payer().display_name
            wizard.amount_now = collectable.amount
            wizard.charge_text = wizard.currency_id._format_amount(collectable.amount)
            wizard.is_charged_now = wizard.is_active and job._is_charged_now(
                collectable
            )
            wizard.how = " ".join(
                [
                    job._get_collection_preview(collectable),
                    *job._get_collectable_texts(collectable),
                ]
            )

    def action_complete(self):
        self.ensure_one()
        self.order_id.action_complete()
        return {"type": "ir.actions.act_window_close"}


class PaycollectCompleteLine(models.TransientModel):
    _name = "paycollect.complete.line"
    _description = "Line to Be Billed"

    wizard_id = fields.Many2one(
        "paycollect.complete", ondelete="cascade", readonly=True
    )
    currency_id = fields.Many2one(related="wizard_id.currency_id")
    name = fields.Char(string="Description", readonly=True)
    quantity = fields.Float(digits="Product Unit", readonly=True)
    price_total = fields.Monetary(string="Total", readonly=True)
