# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import Command, api, models
from odoo.tools import SQL

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules import checks
from ...rules.checks import CANCELED, PORTAL
from ...rules.limits import MAX_PER_DAY
from ...rules.uploads import get_kind


class PaycollectCheckNotice(models.Model):
    """Announcing a check: what is checked, and what the customer reads about it."""

    _inherit = "paycollect.check.notice"

    @api.model
    def _announce(self, partner, company, said, moves, now=None, **values):
        """Create a notice (sudo) and return it with what is wrong.

        :param partner: the customer, a commercial partner
        :param said: :class:`checks.Announcement`
        :param moves: the customer's open invoices that it pays
        :param now: naive UTC datetime
        :param values: other fields; with a ``source``, it isn't the customer's own
        :return: ``(notice, {field: text})``; one of them is empty
        """
        today = company._get_today(now)
        end = company._get_check_pause_end(today)
        found = checks.find_problems(said, today, end)
        texts = company._get_check_problem_texts(today, end)
        problems = {field: texts[problem] for field, problem in found.items()}
        if len(moves.currency_id) > 1:
            problems["invoices"] = texts["currencies"]
        self._serialize(partner)
        if "number" not in problems and (
            first := self._search_number(partner, company, said.number)
        ):
            problems["number"] = first._get_duplicate_text()
        if "source" not in values and self._is_limit_reached(partner, company, today):
            problems["form"] = texts["limit"]
        if problems:
            return self.browse(), problems
        vals = self._prepare_notice_vals(partner, company, said, moves)
        notice = self.create(
            {**vals, "announced_on": today, "expected_until": end, **values}
        )
        return notice, {}

    def _serialize(self, partner):
        """Of two announcements at once, the second starts over and sees the first."""
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner SET write_date = write_date WHERE id = %s",
                partner.id,
            )
        )

    @api.model
    def _is_limit_reached(self, partner, company, today):
        """Return whether the customer announced enough checks today, canceled or not:
        each of them pauses reminders."""
        announced = self.search_count(
            [
                ("partner_id", "child_of", partner.id),
                ("company_id", "=", company.id),
                ("announced_on", "=", today),
                ("source", "=", PORTAL),
            ]
        )
        return announced >= MAX_PER_DAY

    @api.model
    def _search_number(self, partner, company, number):
        """Return the customer's first check with this number, whatever became of it."""
        return self.search(
            [
                ("partner_id", "child_of", partner.id),
                ("company_id", "=", company.id),
                ("number_key", "=", checks.normalize_number(number)),
                ("state", "!=", CANCELED),
            ],
            order="id",
            limit=1,
        )

    @api.model
    def _prepare_notice_vals(self, partner, company, said, moves):
        number = said.number.strip()
        kind = get_kind(said.photo)
        return {
            "partner_id": partner.id,
            "company_id": company.id,
            "number": number,
            "bank": said.bank.strip(),
            "amount": said.amount,
            "currency_id": (moves.currency_id or company.currency_id).id,
            "date": said.day,
            "move_ids": [Command.set(moves.ids)],
            "photo": kind and base64.b64encode(said.photo),
            "photo_name": kind and f"check-{checks.normalize_number(number)}.{kind}",
            "source": PORTAL,
        }

    def _get_duplicate_text(self):
        return self.env._(
            "You already announced check %(number)s for %(amount)s on %(day)s "
            "(%(state)s). Enter the number of another check, or contact us about "
            "that one.",
            number=self.number,
            amount=self.currency_id._format_amount(self.amount),
            day=format_day(self.env, self.announced_on),
            state=self._get_state_label(),
        )

    def _get_state_label(self):
        labels = dict(self._fields["state"]._description_selection(self.env))
        return labels[self.state]
