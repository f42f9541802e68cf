# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, models
from odoo.exceptions import UserError

from ...rules.const import CLOSED
from ...rules.handoff import BY_USER, PROPOSED, REFUSED


class PaycollectDunningCase(models.Model):
    """Small balances: written off in bulk, or kept, with prepaid work from now on."""

    _inherit = "paycollect.dunning.case"

    def action_write_off(self):
        """Button: open the dialog for small balances (Collections managers)."""
        self.env["paycollect.access"]._check_manager(self)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Write Off Small Balances"),
            "res_model": "paycollect.write.off",
            "view_mode": "form",
            "target": "new",
            "context": {"default_case_ids": [Command.set(self.ids)]},
        }

    def _get_small_items(self, now):
        """Return ``{case: [OpenItem]}`` of the cases that are worth too little.

        What isn't asked for now (disputed, promised, on its way) isn't written off. The
        limit is for everything that the customer owes the company, in its currency.

        :param now: naive UTC datetime
        """
        small = {}
        open_cases = self.filtered(lambda case: case.state != CLOSED)
        for company, cases in open_cases.grouped("company_id").items():
            today = company._get_today(now)
            items = cases.partner_id._get_open_items(company, today)
            for case in cases:
                rows = items[case.partner_id.commercial_partner_id]
                lines = case.env["account.move.line"].union(*(r.line for r in rows))
                owed = sum(lines.mapped("amount_residual"))
                if not 0 < owed < company.dunning_write_off_limit:
                    continue
                small[case] = [
                    row
                    for row in rows
                    if row.state == "overdue"
                    and not row.is_credit
                    and row.currency == case.currency_id
                ]
        return {case: rows for case, rows in small.items() if rows}

    def _write_off(self, now):
        """Book what these cases ask for as an expense, one entry a case.

        Reversing the entry in Odoo opens the invoices again.

        :param now: naive UTC datetime
        :return: the posted entries
        :raise UserError: without an account or a journal for it
        """
        entries = self.env["account.move"]
        for case, items in self._get_small_items(now).items():
            if not case.try_lock_for_update():
                continue
            entry = entries.create(case._prepare_write_off_vals(items, now))
            entry.action_post()
            for item, line in zip(items, entry.line_ids[: len(items)], strict=True):
                (item.line.with_env(self.env) | line).reconcile()
            case.message_post(
                body=self.env._(
                    "%(amount)s written off as a small balance with %(entry)s. To undo "
                    "it, reverse the entry.",
                    amount=case.currency_id._format_amount(
                        sum(item.residual for item in items)
                    ),
                    entry=entry.name,
                )
            )
            entries |= entry
        return entries

    def _prepare_write_off_vals(self, items, now):
        company = self.company_id
        account = company.dunning_write_off_account_id
        journal = self.env["account.journal"].search(
            [("type", "=", "general"), ("company_id", "parent_of", company.id)],
            limit=1,
        )
        if not account or not journal:
            raise UserError(
                self.env._(
                    "Choose a “Write-Off Account” in the settings first, and make sure "
                    "that there is a journal for miscellaneous entries."
                )
            )
        label = self.env._("Small balance written off")
        lines = [self._prepare_credit_vals(item, label) for item in items]
        amount = -sum(vals["balance"] for vals in lines)
        lines.append(
            {
                "account_id": account.id,
                "partner_id": self.partner_id.id,
                "name": label,
                "currency_id": self.currency_id.id,
                "amount_currency": sum(item.residual for item in items),
                "balance": amount,
            }
        )
        return {
            "move_type": "entry",
            "company_id": company.id,
            "journal_id": journal.id,
            "date": company._get_today(now),
            "ref": label,
            "line_ids": [Command.create(vals) for vals in lines],
        }

    def _prepare_credit_vals(self, item, label):
        part = item.residual / item.line.amount_residual_currency
        return {
            "account_id": item.line.account_id.id,
            "partner_id": item.line.partner_id.id,
            "name": f"{label}: {item.move.name}",
            "currency_id": item.currency.id,
            "amount_currency": -item.residual,
            "balance": -self.company_id.currency_id.round(
                item.line.amount_residual * part
            ),
        }

    def _set_prepaid(self, now):
        """Keep the balances; new work of these customers is prepaid from now on.

        :param now: naive UTC datetime
        :raise UserError: if the company has no policy for it
        """
        for company, cases in self.grouped("company_id").items():
            policy = self._get_prepaid_policy(company)
            customers = cases.partner_id.with_company(company)
            customers.collection_policy_id = policy
            for case in cases:
                text = self.env._(
                    "The small balance is kept. New work is prepaid (%s).", policy.name
                )
                proposed = case.handoff_ids.filtered(lambda one: one.state == PROPOSED)
                proposed._set_ended(REFUSED, BY_USER, {"text": text}, now)
                case._keep("", now)
                case.message_post(body=text)

    def _get_prepaid_policy(self, company):
        policy = self.env["paycollect.policy"].search(
            [
                ("collection_mode", "=", "prepaid"),
                ("company_id", "in", (company.id, False)),
            ],
            limit=1,
        )
        if not policy:
            raise UserError(
                self.env._(
                    "%s has no prepaid policy. Create one under Configuration ▸ "
                    "Collections ▸ Policies.",
                    company.name,
                )
            )
        return policy
