# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules.blocks import ACTIVE, EXPIRED, get_state, is_warning_due
from ..company.moments import format_day

WARNING_MAIL = "paycollect_fsm.mail_template_hour_block_expiry"
HELD_BACK = ("liability_current", "liability_non_current")


class PaycollectHourBlock(models.Model):
    """The end of a block: refunded, or expired, which the customer is warned of."""

    _inherit = "paycollect.hour.block"

    @api.constrains("expires_on")
    def _check_expires_on(self):
        for block in self:
            sold_on = block.move_id.invoice_date
            if block.expires_on and sold_on and block.expires_on < sold_on:
                raise ValidationError(
                    self.env._(
                        "“Valid Until” is %(date)s, but %(block)s was sold on "
                        "%(day)s. Enter a later day, or leave it empty for no end.",
                        date=format_day(self.env, block.expires_on),
                        block=block.product_id.name,
                        day=format_day(self.env, sold_on),
                    )
                )

    def write(self, vals):
        """Who prolongs a block takes back that its rest became income."""
        result = super().write(vals)
        if "expires_on" in vals:
            self.sudo().warned_at = False
            self.sudo()._undo_breakage()
        return result

    def _check_not_below_used(self, uses):
        """:param uses: the rows of the credit note that is being posted
        :raise UserError: if it refunds more than what is left
        """
        self.ensure_one()
        parts, rest = self._get_left()
        if rest[0].total >= 0 and parts >= 0:
            return
        own = sum(use._get_taken()[1][0].total for use in uses if use.block_id == self)
        raise UserError(
            self._get_below_used_text(self._from_units(rest[0].total + own))
        )

    # -- every day -------------------------------------------------------------------

    @api.model
    def _cron_run(self, now=None):
        """Warn of blocks that will expire, book what expired, and sell next blocks that
        no job did.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        companies = self.env["res.company"].sudo()
        if companies._has_moved():
            return
        for company in companies.search([("collection_active", "=", True)]):
            blocks = self.sudo()._create_missing(company)
            blocks |= self.sudo().search(self._get_work_domain(company, now))
            for block in blocks:
                block._run_alone(now)

    @api.model
    def _get_work_domain(self, company, now):
        today = company._get_today(now)
        return [
            ("company_id", "=", company.id),
            ("move_id.state", "=", "posted"),
            "|",
            ("sold_next_at", "=", False),
            "&",
            ("expires_on", "!=", False),
            "|",
            ("expires_on", ">=", today),
            ("breakage_move_id", "=", False),
        ]

    def _run_alone(self, now):
        with self._separately("its scheduled work"):
            self._as_system()._run(now)

    def _run(self, now):
        self.ensure_one()
        if not self.try_lock_for_update():
            return
        today = self.company_id._get_today(now)
        state = get_state(self._get_facts(), today)
        if state == ACTIVE:
            self._warn(today, now)
        elif state == EXPIRED:
            self._book_breakage()
        self._sell_next(now)

    def _warn(self, today, now):
        """Tell the customer once that the block will expire."""
        days = self.product_id.hour_block_warning_days
        if self.warned_at or not is_warning_due(self.expires_on, days, today):
            return
        self.warned_at = now
        if self._get_recipient()._get_collection_email():
            self.env.ref(WARNING_MAIL).send_mail(self.id)
            self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _get_recipient(self):
        """Return the contact who is told about the block: its invoice's."""
        return self.move_id._get_message_partner()

    # -- breakage --------------------------------------------------------------------

    def _book_breakage(self):
        """Recognize the income of what expired; nothing to do if it was at the sale.

        The tax was due when the block was sold, and stays so.
        """
        self.ensure_one()
        account = self.line_id.account_id
        rest = self._get_left()[1]
        held_back = account.account_type in HELD_BACK
        if self.breakage_move_id or not held_back or rest[0].untaxed <= 0:
            return
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "=", self.company_id.id)], limit=1
        )
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "journal_id": journal.id,
                "date": self.expires_on + timedelta(days=1),
                "ref": self.env._("Expired: %(block)s", block=self.display_name),
                "line_ids": [
                    Command.create(self._prepare_breakage_vals(account, rest, 1)),
                    Command.create(
                        self._prepare_breakage_vals(
                            self._get_breakage_account(), rest, -1
                        )
                    ),
                ],
            }
        )
        entry.with_context(collection_billing=True).action_post()
        self.breakage_move_id = entry

    def _get_breakage_account(self):
        product = self.product_id.with_company(self.company_id).product_tmpl_id
        position = self.move_id.fiscal_position_id
        return position.map_account(product._get_earned_account())

    def _prepare_breakage_vals(self, account, rest, sign):
        amounts, in_company = rest
        company_unit = self.company_id.currency_id.rounding
        return {
            "name": self.display_name,
            "account_id": account.id,
            "partner_id": self.partner_id.id,
            "currency_id": self.currency_id.id,
            "amount_currency": sign * self._from_units(amounts.untaxed),
            "balance": sign
            * self.company_id.currency_id.round(in_company.untaxed * company_unit),
        }

    def _undo_breakage(self):
        """Reverse the entries of what expired; what is left is booked again later."""
        for block in self.filtered("breakage_move_id"):
            block.breakage_move_id._reverse_moves(cancel=True)
            block.breakage_move_id = False
