# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import re

from odoo import api, fields, models
from odoo.tools import format_list

from odoo.addons.paycollect_fsm.models.company.moments import format_day

from ...rules.const import LETTER

# What a text message may name, between braces.
NAMES = ("company", "name", "total", "overdue", "due", "pay_by", "link")
_NAME = re.compile(r"\{(\w+)\}")
MAX_REFERENCES = 3


class PaycollectDunningMessage(models.Model):
    """What a reminder says, in the language of the context."""

    _inherit = "paycollect.dunning.message"

    link_id = fields.Many2one(
        "paycollect.link",
        string="Payment Link",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The link in this message, sealed until the message leaves.",
    )

    is_repeated = fields.Boolean(compute="_compute_is_repeated")

    def _get_text_level(self):
        """Return the level whose texts are used."""
        return self.text_level_id or self.level_id

    def _get_lang(self):
        """Return the recipient's language."""
        self.ensure_one()
        return self.partner_id._get_reminder_lang(self.company_id)

    def _get_reminder(self):
        """Return what templates show, as texts: see ``views/reminder_templates.xml``.

        Amounts are those of the rows, which are read again before they are sent.
        """
        self.ensure_one()
        company, today = self.company_id, self._get_shown_day()
        lines = self.line_ids.sorted(lambda row: (row.due_date, row.id))
        late = self._get_late()
        credit = self.currency_id.round(sum(lines.mapped("credit")))
        overdue = self._get_overdue()
        moves = lines.move_id
        return {
            "name": self.partner_id.name or self.customer_id.name or "",
            "company": company.name,
            "items": [row._get_item(today) for row in lines],
            "total": self._format(self.amount),
            "has_total": len(lines) > 1 or bool(credit),
            "credit": self._format(-credit) if credit > 0 else "",
            "overdue": self._format(overdue) if overdue else "",
            "soon": self._get_soon(overdue),
            "due": self._get_due_text(lines),
            "since": self._get_since_text(late or lines),
            "late_by": self._get_late_text(late, today),
            "pay_by": format_day(self.env, self.pay_by) if self.pay_by else "",
            "work": self.level_id.work,
            "hand_over": self._may_be_handed_over(),
            "has_statement": self.has_statement,
            "url": self._get_link_url(),
            "remit_to": company.collection_remit_to or "",
            "check": self._get_check_text(moves),
            "transfer": self._get_transfer_text(moves),
            "contact": self._get_contact_text(),
            "address": self._get_sender_address(),
        }

    def _get_link_url(self):
        """Hook: return where the button leads."""
        return self.link_id._get_sealed_url() if self.link_id else "#"

    def _get_sender_address(self):
        address = self.company_id.partner_id._display_address(without_company=True)
        parts = [line.strip(" ,") for line in address.splitlines()]
        return ", ".join(filter(None, parts))

    def _get_shown_day(self):
        """Return the company's day on which the message goes out."""
        return self.company_id._get_today(self.send_at or self.date)

    def _format(self, amount):
        return self.currency_id._format_amount(amount)

    def _get_late(self):
        today = self._get_shown_day()
        return self.line_ids.filtered(lambda row: row.due_date < today)

    def _get_overdue(self):
        return self.currency_id.round(sum(self._get_late().mapped("amount")))

    def _get_asked(self):
        """Return what is past due, for subjects; without that, all of it."""
        return self._format(self._get_overdue() or self.amount)

    def _get_total(self):
        return self._format(self.amount)

    def _get_due(self):
        return self._get_due_text(self.line_ids)

    def _get_soon(self, overdue):
        """Return what isn't past due yet beside what is, or an empty text."""
        soon = self.currency_id.round(self.amount - overdue)
        return self._format(soon) if overdue and soon > 0 else ""

    def _get_due_text(self, lines):
        days = sorted(set(lines.mapped("due_date")))
        if not days:
            return ""
        if len(days) == 1:
            return self.env._("on %(date)s", date=format_day(self.env, days[0]))
        return self.env._(
            "between %(first)s and %(last)s",
            first=format_day(self.env, days[0]),
            last=format_day(self.env, days[-1]),
        )

    def _get_since_text(self, lines):
        days = sorted(set(lines.mapped("due_date")))
        date = format_day(self.env, days[0]) if days else ""
        if len(days) > 1:
            return self.env._("the oldest part due on %(date)s", date=date)
        return self.env._("due on %(date)s", date=date)

    def _get_late_text(self, late, today):
        """Return by how much what is late is late."""
        days = [(today - row.due_date).days for row in late]
        if not days:
            return ""
        most = max(days)
        if len(set(days)) > 1:
            return self.env._("the oldest part by %(days)s days", days=most)
        return (
            self.env._("by one day")
            if most == 1
            else self.env._("by %(days)s days", days=most)
        )

    @api.depends("case_id", "date")
    def _compute_is_repeated(self):
        """What else was sent isn't followed: it's read anew for each rendering."""
        groups = self._read_group(
            [
                ("case_id", "in", self.case_id.ids),
                ("state", "=", "sent"),
                ("level_id.delay_days", ">", 0),
            ],
            ["case_id"],
            ["date:min"],
        )
        first = {case.id: date for case, date in groups}
        for row in self:
            row.is_repeated = first.get(row.case_id.id, row.date) < row.date

    def _was_told_before(self):
        """Whether the customer got a message of this case past the due date before."""
        return self.is_repeated

    def _may_be_handed_over(self):
        """Whether the plan ends at an agency."""
        return any(self.level_id.plan_id.level_ids.mapped("hand_over"))

    def _get_reference(self, moves):
        """Return what to write on a check: up to three numbers of invoices."""
        names = [move.payment_reference or move.name or "" for move in moves]
        if len(names) > MAX_REFERENCES:
            return self.customer_id.ref or self.customer_id.name or ""
        return format_list(self.env, list(filter(None, dict.fromkeys(names))))

    def _get_check_text(self, moves):
        return self.env._(
            "Write %(reference)s on it and mail it to:",
            reference=self._get_reference(moves),
        )

    def _get_transfer_text(self, moves):
        """Say which account to use, if all invoices name the same one."""
        [*banks] = moves.partner_bank_id
        if len(banks) != 1 or not all(move.partner_bank_id for move in moves):
            return ""
        [bank] = banks
        names = (
            bank.acc_holder_name,
            bank.bank_id.name,
            bank.bank_bic,
            bank.acc_number,
        )
        return self.env._(
            "Our account is %(account)s. Give %(reference)s as the reference.",
            account=", ".join(filter(None, names)),
            reference=self._get_reference(moves),
        )

    def _get_contact_text(self):
        _ = self.env._
        phone = self.company_id.phone
        if self.channel == LETTER:
            return _("Call or write to us: tell us what's wrong or when you'll pay.")
        if phone:
            return _(
                "Reply to this email or call %(phone)s: tell us what's wrong or when "
                "you'll pay.",
                phone=phone,
            )
        return _("Reply to this email: tell us what's wrong or when you'll pay.")

    # -- text messages ---------------------------------------------------------------

    def _get_text(self):
        """Return the text message, in the language of the context."""
        self.ensure_one()
        said = self._get_reminder()
        values = {**said, "link": said["url"]}
        values["overdue"] = said["overdue"] or said["total"]

        def insert(match):
            return str(values[match[1]]) if match[1] in NAMES else match[0]

        text = _NAME.sub(
            insert, self._get_text_level().sms_text or self._get_plain_text()
        )
        return " ".join(filter(None, (text.strip(), self._get_opt_out_text())))

    def _get_plain_text(self):
        """Return the text of levels without one of their own."""
        if self._get_reminder()["overdue"]:
            return self.env._("{company}: {overdue} is past due. View and pay: {link}")
        return self.env._("{company}: {total} is due {due}. View and pay: {link}")

    def _get_opt_out_text(self):
        """Return how to end texts: by reply only where replies reach us."""
        if self.company_id._receives_texts():
            return self.env._("Reply STOP to opt out.")
        if self.company_id.phone:
            return self.env._(
                "To opt out, call %(phone)s.", phone=self.company_id.phone
            )
        return ""


class PaycollectDunningMessageLine(models.Model):
    _inherit = "paycollect.dunning.message.line"

    def _get_item(self, today):
        """Return one row of the list of open items, as texts."""
        self.ensure_one()
        line = self.line_id.sudo()
        late = (today - self.due_date).days
        return {
            "name": self.move_id.name or line.name or "",
            "is_late": late > 0,
            "due": self._get_when(late),
            "notes": self._get_notes(),
            "discount": self._get_early_text(today),
            "amount": self.currency_id._format_amount(self.residual),
        }

    def _get_when(self, late):
        """:param int late: days after the due date"""
        date = format_day(self.env, self.due_date)
        if late > 1:
            return self.env._(
                "Was due %(date)s, %(days)s days ago", date=date, days=late
            )
        if late == 1:
            return self.env._("Was due %(date)s, yesterday", date=date)
        if late == 0:
            return self.env._("Due today, %(date)s", date=date)
        return self.env._("Due %(date)s", date=date)

    def _get_notes(self):
        move, line = self.move_id.sudo(), self.line_id.sudo()
        notes = []
        orders = move.invoice_line_ids.sale_line_ids.order_id
        numbers = filter(None, (order.client_order_ref for order in orders))
        if numbers := list(dict.fromkeys(numbers)):
            number = format_list(self.env, numbers)
            notes.append(self.env._("Your PO %(number)s", number=number))
        elif move.ref:
            notes.append(self.env._("Your reference %(number)s", number=move.ref))
        total = abs(line.amount_currency)
        if self.currency_id.compare_amounts(self.residual, total) < 0:
            total = self.currency_id._format_amount(total)
            notes.append(self.env._("Left of %(total)s", total=total))
        return notes

    def _get_early_text(self, today):
        discount = self.line_id.sudo()._get_valid_discount(today)
        if not discount:
            return ""
        return self.env._(
            "%(amount)s off if paid by %(date)s",
            amount=self.currency_id._format_amount(discount.amount),
            date=format_day(self.env, discount.until),
        )
