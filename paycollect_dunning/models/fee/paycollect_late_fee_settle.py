# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ...rules.late_fee import KEEP, WAIVE


class PaycollectLateFee(models.Model):
    """Late fees that are left once the invoice is paid: waived or kept, by name."""

    _inherit = "paycollect.late.fee"

    # -- buttons -------------------------------------------------------------------

    def action_waive(self):
        """Button: credit what is open of these charges (Collections managers)."""
        self.env["paycollect.access"]._check_manager(self)
        now = fields.Datetime.now()
        fees = self.sudo()._get_undecided()
        if not fees:
            raise UserError(self.env._("Nothing of it is open, or it's decided."))
        for moves in fees.fee_move_id:
            moves.late_fee_ids._waive(self.env.user, now)

    def action_keep(self):
        """Button: ask for these charges also once the invoice is paid (Collections
        managers)."""
        self.env["paycollect.access"]._check_manager(self)
        fees = self.sudo()._get_undecided()
        if not fees:
            raise UserError(self.env._("Nothing of it is open, or it's decided."))
        fees._choose(KEEP, self.env.user, fields.Datetime.now())

    def _get_undecided(self):
        """Return the charges that are open and that nobody waived."""
        return self.filtered(
            lambda fee: (
                fee.choice != WAIVE
                and fee.fee_move_id.state == "posted"
                and not fee.currency_id.is_zero(fee.fee_move_id.amount_residual)
            )
        )

    def _choose(self, choice, user, now):
        self.write({"choice": choice, "chosen_at": now, "chosen_by_id": user.id})

    # -- the run -------------------------------------------------------------------

    @api.model
    def _settle_company(self, company, now):
        """Waive or keep, as the company chose, what is left of paid invoices."""
        fees = self.search(
            [
                ("company_id", "=", company.id),
                ("choice", "=", False),
                "|",
                ("line_id.reconciled", "=", True),
                "&",
                ("line_id", "=", False),
                ("move_id.payment_state", "in", ("in_payment", "paid", "reversed")),
            ]
        )
        system = self.env.ref("base.user_root")
        for invoice, group in fees.grouped("fee_move_id").items():
            if not invoice.try_lock_for_update():
                continue
            undecided = group._get_undecided()
            if company.dunning_fee_rest == WAIVE and undecided:
                group._settle_safely(system, now)
            else:
                group._choose(KEEP, system, now)
        self._commit()

    def _settle_safely(self, user, now):
        with self._separately("waiving late fees"):
            self._waive(user, now)

    def _waive(self, user, now):
        """Credit what is open of one invoice of charges.

        :return: the posted credit note
        """
        invoice = self.fee_move_id.ensure_one()
        company = self.company_id
        credit = invoice._reverse_moves(
            [
                {
                    "date": company._get_today(now),
                    "invoice_date": company._get_today(now),
                    "ref": self._get_waived_text(invoice),
                }
            ]
        )
        self._reduce_to_open(invoice, credit)
        credit.action_post()
        (invoice + credit).line_ids.filtered(
            lambda line: (
                line.account_id.account_type == "asset_receivable"
                and not line.reconciled
            )
        ).reconcile()
        self._choose(WAIVE, user, now)
        self.move_id.message_post(
            body=self.env._(
                "Late fee %(fee)s waived by %(user)s with %(credit)s.",
                fee=invoice.name,
                user=user.name,
                credit=credit.name,
            )
        )
        return credit

    def _reduce_to_open(self, invoice, credit):
        """Credit only what isn't paid: its share of each line, the cents on the last.

        The share is rounded up, so that nothing stays open.
        """
        share = invoice.amount_residual / invoice.amount_total
        if share >= 1:
            return
        lines = credit.invoice_line_ids
        credit.write(
            {
                "invoice_line_ids": [
                    Command.update(line.id, {"price_unit": line.price_unit * share})
                    for line in lines
                ]
            }
        )
        missing = invoice.amount_residual - credit.amount_total
        if not invoice.currency_id.is_zero(missing):
            last = lines[-1]
            price = last.price_unit + missing
            credit.write(
                {"invoice_line_ids": [Command.update(last.id, {"price_unit": price})]}
            )
