# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from ..models.company.moments import format_day
from ..models.company.paycollect_access import GROUP_USER
from ..rules import csv_table
from ..rules import settlement_import as rules

MOST_SHOWN = 10
WITHOUT_FILES = ("stripe", "demo")


class PaycollectSettlementImport(models.TransientModel):
    """Import a provider's payout file: upload, say what the columns mean, look, apply.

    Nothing is stored before it was shown. The same file twice changes nothing.
    """

    _name = "paycollect.settlement.import"
    _description = "Import Payouts"

    company_id = fields.Many2one(
        "res.company",
        required=True,
        readonly=True,
        default=lambda self: self.env.company,
    )
    provider_choice = fields.Selection(
        selection="_get_provider_choices",
        string="Payment Provider",
        write_groups=GROUP_USER,
        default=lambda self: self._get_only_provider(),
        help="Payouts of Stripe are read automatically.",
    )
    provider_id = fields.Many2one(
        "payment.provider", compute="_compute_provider_id", compute_sudo=True
    )
    file = fields.Binary(string="CSV File", write_groups=GROUP_USER)
    file_name = fields.Char(write_groups=GROUP_USER)
    currency_id = fields.Many2one(
        "res.currency",
        write_groups=GROUP_USER,
        default=lambda self: self.env.company.currency_id,
        help="Of rows that don't name one.",
    )
    date_format = fields.Selection(
        [
            ("%Y-%m-%d", "2026-03-14"),
            ("%m/%d/%Y", "03/14/2026"),
            ("%d/%m/%Y", "14/03/2026"),
            ("%d.%m.%Y", "14.03.2026"),
        ],
        string="Dates Look Like",
        write_groups=GROUP_USER,
        default="%Y-%m-%d",
    )
    decimal_separator = fields.Selection(
        [(".", "1,234.56"), (",", "1.234,56")],
        string="Amounts Look Like",
        write_groups=GROUP_USER,
        default=".",
    )
    column_ids = fields.One2many(
        "paycollect.settlement.import.column",
        "wizard_id",
        string="Columns",
        write_groups=GROUP_USER,
    )
    step = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("preview", "Preview")],
        readonly=True,
        default="file",
    )
    preview = fields.Text(readonly=True)
    has_problems = fields.Boolean(readonly=True)

    @api.model
    def _get_provider_choices(self):
        """Return the providers of the company that send files; accounting may not read
        providers themselves, because of their keys."""
        providers = self.env["payment.provider"].sudo()
        found = providers.search(
            [
                ("company_id", "parent_of", self.env.company.id),
                ("state", "!=", "disabled"),
                ("code", "not in", WITHOUT_FILES),
            ]
        )
        return [(str(provider.id), provider.name) for provider in found]

    @api.model
    def _get_only_provider(self):
        choices = self._get_provider_choices()
        return choices[0][0] if len(choices) == 1 else False

    @api.depends("provider_choice")
    def _compute_provider_id(self):
        for wizard in self:
            wizard.provider_id = int(wizard.provider_choice or 0) or False

    # -- buttons -----------------------------------------------------------------

    def action_read(self):
        """Button: read the file, and guess what its columns mean.

        :raise UserError: if there is no file, it is none of this kind or has no rows
        """
        wizard = self._check_and_sudo()
        table = wizard._read_table()
        if not table.rows:
            raise UserError(
                self.env._("The file has no rows below its first line of headers.")
            )
        meanings = rules.guess(table.headers)
        wizard.column_ids.unlink()
        wizard.write(
            {
                "step": "columns",
                "column_ids": [
                    Command.create(
                        {
                            "header": header,
                            "sample": table.rows[0][at],
                            "meaning": meanings[at],
                        }
                    )
                    for at, header in enumerate(table.headers)
                ],
                **wizard._guess_formats(table, meanings),
            }
        )
        return self._reopen()

    def action_preview(self):
        """Button: show what would be imported, and what is wrong."""
        wizard = self._check_and_sudo()
        payouts, problems = wizard._parse()
        lines = [wizard._get_problem_text(problem) for problem in problems]
        if not problems:
            lines = [wizard._get_payout_text(payout) for payout in payouts]
        shown = lines[:MOST_SHOWN]
        if rest := len(lines) - len(shown):
            shown.append(self.env._("… and %(count)s more", count=rest))
        wizard.write(
            {
                "step": "preview",
                "preview": "\n".join(shown),
                "has_problems": bool(problems),
            }
        )
        return self._reopen()

    def action_back(self):
        """Button: change what the columns mean."""
        self._check_and_sudo().step = "columns"
        return self._reopen()

    def action_import(self):
        """Button: record the payouts.

        :raise UserError: if something is wrong with the file
        """
        wizard = self._check_and_sudo()
        payouts, problems = wizard._parse()
        if problems:
            raise UserError(wizard._get_problem_text(problems[0]))
        now = fields.Datetime.now()
        settlements = self.env["paycollect.settlement"].sudo()
        provider = wizard.provider_id
        settlements = settlements.with_company(provider.company_id)
        for payout in payouts:
            settlements |= settlements._take(provider, payout, now)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_settlement"
        )
        return action | {"domain": [("id", "in", settlements.ids)]}

    # -- steps -------------------------------------------------------------------

    def _check_and_sudo(self):
        """:raise UserError: without a provider that takes imports"""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        wizard = self.sudo()
        provider = wizard.provider_id
        if not provider or provider.code in WITHOUT_FILES:
            raise UserError(
                self.env._(
                    "Choose the payment provider that sent the file. Payouts of Stripe "
                    "are read automatically."
                )
            )
        self.env["paycollect.access"]._check_user(provider.company_id)
        return wizard

    def _read_table(self):
        if not self.file:
            raise UserError(self.env._("Choose the provider's CSV file first."))
        try:
            return csv_table.read(base64.b64decode(self.file))
        except ValueError:
            raise UserError(
                self.env._(
                    "This isn't a CSV file. Download the payouts from the provider as "
                    "CSV; a workbook can be saved as CSV."
                )
            ) from None

    def _guess_formats(self, table, meanings):
        def get_values(*targets):
            return [
                row[at]
                for at, meaning in enumerate(meanings)
                if meaning in targets
                for row in table.rows
            ]

        days = get_values(rules.DAY, rules.PAYOUT_DAY)
        amounts = get_values(rules.GROSS, rules.FEES, rules.NET)
        return {
            "date_format": csv_table.guess_format(days) or self.date_format,
            "decimal_separator": csv_table.guess_separator(amounts),
        }

    def _parse(self):
        currency = self.currency_id or self.company_id.currency_id
        currencies = currency.with_context(active_test=False).search([])
        decimals = {one.name: one.decimal_places for one in currencies}
        payouts, problems = rules.parse(
            self._read_table().rows,
            [column.meaning or None for column in self.column_ids.sorted("id")],
            currency.name,
            self.date_format or csv_table.FORMATS[0],
            self.decimal_separator or ".",
            decimals,
        )
        unknown = {payout.currency for payout in payouts} - decimals.keys()
        return payouts, problems + [
            rules.Problem(rules.CURRENCY, value=code) for code in sorted(unknown)
        ]

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Import Payouts"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    # -- texts -------------------------------------------------------------------

    def _get_payout_text(self, payout):
        currency = self.env["paycollect.settlement"]._find_currency(payout.currency)
        known = self.env["paycollect.settlement"]._search_row(
            self.provider_id, payout.reference
        )
        values = {
            "payout": payout.reference,
            "day": format_day(self.env, payout.day),
            "amount": currency._format_amount(payout.amount),
            "count": len(payout.entries),
            "known": known.currency_id._format_amount(known.amount) if known else "",
        }
        if not known:
            return self.env._(
                "%(payout)s of %(day)s: %(amount)s, lines: %(count)s", **values
            )
        if values["known"] == values["amount"]:
            return self.env._(
                "%(payout)s of %(day)s: %(amount)s, on record already", **values
            )
        if known.move_id:
            return self.env._(
                "%(payout)s of %(day)s: booked with %(known)s already, so the "
                "%(amount)s of this file aren't used",
                **values,
            )
        return self.env._(
            "%(payout)s of %(day)s: %(amount)s instead of %(known)s", **values
        )

    def _get_problem_text(self, problem):
        _ = self.env._
        columns = self.env["paycollect.settlement.import.column"]
        labels = dict(columns._fields["meaning"]._description_selection(self.env))
        values = {
            "row": problem.row,
            "value": problem.value,
            "column": labels.get(problem.value, problem.value),
        }
        return {
            rules.MISSING_COLUMN: lambda: _(
                "Choose the column with “%(column)s.”", **values
            ),
            rules.TWICE: lambda: _(
                "Several columns are “%(column)s.” Choose one.", **values
            ),
            rules.BAD_AMOUNT: lambda: _(
                "Row %(row)s: “%(value)s” isn't an amount.", **values
            ),
            rules.BAD_DATE: lambda: _(
                "Row %(row)s: “%(value)s” isn't a date of this format.", **values
            ),
            rules.NO_PAYOUT: lambda: _("Row %(row)s names no payout.", **values),
            rules.MIXED: lambda: _(
                "Payout %(value)s has several currencies or amounts (row %(row)s).",
                **values,
            ),
            rules.CURRENCY: lambda: _("There is no currency “%(value)s.”", **values),
            rules.EMPTY: lambda: _("The file has no rows."),
        }[problem.code]()


class PaycollectSettlementImportColumn(models.TransientModel):
    _name = "paycollect.settlement.import.column"
    _description = "Column of a Payout File"
    _order = "id"

    wizard_id = fields.Many2one(
        "paycollect.settlement.import",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    header = fields.Char(readonly=True)
    sample = fields.Char(string="First Row", readonly=True)
    meaning = fields.Selection(
        [
            (rules.PAYOUT, "Payout"),
            (rules.PAYOUT_DAY, "Payout date"),
            (rules.PAYOUT_AMOUNT, "Payout amount"),
            (rules.CURRENCY, "Currency"),
            (rules.LINE, "Provider's ID"),
            (rules.REFERENCE, "Our reference"),
            (rules.KIND, "Kind"),
            (rules.DAY, "Date"),
            (rules.GROSS, "Gross amount"),
            (rules.FEES, "Fee"),
            (rules.NET, "Net amount"),
        ],
        write_groups=GROUP_USER,
        help="Empty: the column isn't used.",
    )
