# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...rules.door import CHECK

ACCOUNTING = "account.group_account_invoice,base.group_system"


class ResCompany(models.Model):
    """Where cash and checks are booked, and how long workers may hold them."""

    _inherit = "res.company"

    collection_cash_journal_id = fields.Many2one(
        "account.journal",
        string="Cash Journal",
        domain="[('type', '=', 'cash'), ('company_id', '=', id)]",
        check_company=True,
        help="Where cash that workers collect is booked. Empty = the first one.",
        write_groups="base.group_system",
        groups=ACCOUNTING,
    )
    collection_check_journal_id = fields.Many2one(
        "account.journal",
        string="Check Journal",
        domain="[('type', '=', 'bank'), ('company_id', '=', id)]",
        check_company=True,
        help="Where received checks are booked until they are deposited.",
        write_groups="base.group_system",
        groups=ACCOUNTING,
    )
    collection_custody_hours = fields.Integer(
        string="Hand In Within",
        default=48,
        help="Hours after which accounting is alerted to cash and checks that a worker "
        "still holds. 0 = never.",
        write_groups="base.group_system",
        groups=ACCOUNTING,
    )

    @api.constrains("collection_custody_hours")
    def _check_custody_hours(self):
        for company in self:
            if company.collection_custody_hours < 0:
                raise ValidationError(
                    self.env._(
                        "“Hand In Within” cannot be negative. Enter 0 for no alert."
                    )
                )

    def _get_door_journal(self, kind):
        """Return the journal (sudo) for cash or checks.

        :raise UserError: if there is none
        """
        if kind == CHECK:
            return self._get_check_journal()
        company = self.sudo()
        journal = company.collection_cash_journal_id or company.env[
            "account.journal"
        ].search([("type", "=", "cash"), ("company_id", "=", company.id)], limit=1)
        if not journal:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for cash. Ask accounting to choose a "
                    "“Cash Journal” in the settings of Invoicing, under Collections.",
                    company=company.name,
                )
            )
        return journal

    def _get_check_journal(self):
        """Return the journal in which received checks are booked.

        Default: a bank journal with an account for checks in hand, as the check
        deposit expects, or else any bank journal.

        :raise UserError: if there is none
        """
        company = self.sudo()
        if company.collection_check_journal_id:
            return company.collection_check_journal_id
        journals = (
            self.env["account.journal"]
            .sudo()
            .search([("type", "=", "bank"), ("company_id", "=", company.id)])
        )
        in_hand = journals.filtered(
            lambda journal: (
                not journal.bank_account_id
                and journal._get_manual_method_line().payment_account_id
            )
        )
        if not journals:
            raise UserError(
                self.env._(
                    "%(company)s has no journal for checks. Choose a “Check Journal” "
                    "in the settings of Invoicing, under Collections.",
                    company=company.name,
                )
            )
        return (in_hand or journals)[:1]
