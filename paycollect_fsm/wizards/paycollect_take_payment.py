# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import uuid

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.company.locks import wait_and_lock
from ..models.door.fsm_order import TAKERS
from ..rules import door
from ..rules.door import CARD, CASH, CHECK, HELD, LINK, Take


class PaycollectTakePayment(models.TransientModel):
    """Take a payment in person: cash, a check, the method on file, or a QR code.

    One dialog may take several payments; each confirmation counts once.
    """

    _name = "paycollect.take.payment"
    _description = "Take a Payment"

    order_id = fields.Many2one("fsm.order", string="Job", readonly=True)
    move_id = fields.Many2one(
        "account.move", string="Invoice", required=True, readonly=True
    )
    currency_id = fields.Many2one(related="move_id.currency_id")
    key = fields.Char(
        required=True,
        readonly=True,
        default=lambda self: uuid.uuid4().hex,
        groups="base.group_system",
        mask_cards=False,
    )
    step = fields.Integer(readonly=True, help="Payments taken in this dialog.")
    shown_due = fields.Monetary(string="Due", readonly=True)
    waits_for = fields.Selection(
        [(CARD, "The charge"), (LINK, "The customer's payment")], readonly=True
    )
    attempt_id = fields.Many2one(
        "paycollect.attempt", readonly=True, groups="base.group_system"
    )
    # What the user sees
    subject = fields.Char(compute="_compute_subject", compute_sudo=True)
    card_text = fields.Char(
        string="On File", compute="_compute_subject", compute_sudo=True
    )
    check_refusal = fields.Char(compute="_compute_subject", compute_sudo=True)
    credit_text = fields.Char(compute="_compute_subject", compute_sudo=True)
    # What the user enters
    way = fields.Selection(
        [(CARD, "On file"), (LINK, "QR code"), (CASH, "Cash"), (CHECK, "Check")],
        string="Pay By",
        write_groups=TAKERS,
    )
    amount = fields.Monetary(write_groups=TAKERS)
    tendered = fields.Monetary(string="Cash Received", write_groups=TAKERS)
    check_number = fields.Char(write_groups=TAKERS)
    check_bank = fields.Char(string="Bank", write_groups=TAKERS)
    photo = fields.Binary(attachment=False, write_groups=TAKERS)
    is_confirmed = fields.Boolean(string="Confirmed", write_groups=TAKERS)
    # What follows from it
    change = fields.Monetary(compute="_compute_preview")
    change_text = fields.Char(compute="_compute_preview")
    rest_text = fields.Char(compute="_compute_preview")
    take_text = fields.Char(compute="_compute_preview")
    to_confirm = fields.Selection(
        [("confirm_charge", "Large charge"), ("confirm_credit", "Credit")],
        compute="_compute_preview",
    )

    # -- open --------------------------------------------------------------------

    @api.model
    def _open(self, move, job=None):
        """Open a new dialog.

        :param move: the invoice to pay, one that ``_get_door_problem`` doesn't stop
        :raise UserError: if no payment can be taken for it
        """
        move = move.sudo()
        move._check_door()
        due = move._get_door_due()
        wizard = self.sudo().create(
            {
                "order_id": job and job.id,
                "move_id": move.id,
                "shown_due": due,
                "amount": due,
            }
        )
        if wizard.card_text and move.collection_mode != "cod":
            wizard.way = CARD
        return wizard._show_form()

    def _show_form(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Take Payment"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
        }

    def action_open(self):
        """Button: show the dialog again, with what is due now.

        :raise UserError: if nothing is due anymore
        """
        self.ensure_one()
        self._check_may_take()
        wizard = self.sudo()
        if not wizard._is_waiting():
            wizard._reset()
        wizard.move_id._check_door()
        return wizard._show_form()

    @api.depends("move_id")
    def _compute_subject(self):
        for wizard in self:
            move = wizard.move_id
            names = (move.commercial_partner_id.name, move.name)
            wizard.subject = " · ".join(filter(None, names))
            token = move._get_tokens_to_charge()[move] if move else None
            wizard.card_text = token._get_label() if token else False
            wizard.credit_text = move and move._get_door_credit_text()
            wizard.check_refusal = (
                move.commercial_partner_id._get_check_refusal(move.company_id)
                if move
                else False
            )

    @api.depends("way", "amount", "tendered", "shown_due", "is_confirmed")
    def _compute_preview(self):
        for wizard in self:
            take = wizard.sudo()._get_take(wizard.shown_due)
            money = wizard.currency_id._format_amount
            wizard.change = max(door.get_change(take), 0)
            wizard.change_text = wizard.change > 0 and wizard.env._(
                "Give back %(amount)s", amount=money(wizard.change)
            )
            wizard.to_confirm = door.needs_confirmation(take) or False
            wizard.rest_text = wizard._get_rest_text(take)
            wizard.take_text = wizard._get_take_text()

    def _get_rest_text(self, take):
        money = self.currency_id._format_amount
        if credit := door.get_credit(take):
            return self.env._(
                "%(amount)s more than due is kept as the customer's credit.",
                amount=money(credit),
            )
        rest = door.get_rest(take)
        if rest and take.amount > 0:
            return self.env._("%(amount)s stays due.", amount=money(rest))
        return False

    def _get_take_text(self):
        """Return the label of the button that takes the payment."""
        amount = self.currency_id._format_amount(self.amount)
        return {
            CARD: self.env._("Charge %(amount)s", amount=amount),
            CASH: self.env._("Take %(amount)s", amount=amount),
            CHECK: self.env._("Take check for %(amount)s", amount=amount),
        }.get(self.way, "")

    # -- take --------------------------------------------------------------------

    def action_take(self):
        """Button: take the payment, and show what became of it.

        The only place that continues with sudo: workers have no rights in accounting.

        :raise AccessError: if the user may not take payments for this
        :raise UserError: with what has to be corrected
        """
        self.ensure_one()
        self._check_may_take()
        now = fields.Datetime.now()
        wizard = self.sudo().with_company(self.sudo().move_id.company_id)
        wait_and_lock(wizard)
        wait_and_lock(wizard.move_id)
        wizard.move_id.invalidate_recordset()
        wizard.move_id._check_door()
        photo = base64.b64decode(wizard.with_context(bin_size=False).photo or b"")
        take = wizard._get_take(wizard.move_id._get_door_due(now), now, photo)
        if problem := door.find_problem(take):
            raise UserError(wizard._get_problem_text(problem, take))
        if take.way in HELD:
            return wizard._take_money(take, now)
        return wizard._take_online(take, now)

    def _check_may_take(self):
        """:raise AccessError: unless the user opened it and may take the payment"""
        access = self.env["paycollect.access"]
        access._check_groups(
            self, TAKERS, self.env._("Only workers and office staff can take payments.")
        )
        if self.order_id:
            self.order_id._check_may_take_payment()
        else:
            access._check_user(self.move_id)

    def _get_take(self, left, now=None, photo=b""):
        limit = self.move_id._get_charge_limit(now) if self.move_id else 0.0
        return Take(
            way=self.way or "",
            amount=self.amount,
            due=self.shown_due,
            left=left,
            tendered=self.tendered,
            number=self.check_number or "",
            bank=self.check_bank or "",
            photo=photo,
            digits=self.currency_id.decimal_places,
            limit=limit,
            confirmed=self.is_confirmed,
        )

    def _take_money(self, take, now):
        custody = self.env["paycollect.custody"]._collect(
            self.move_id,
            take,
            f"{self.key}-{self.step}",
            now,
            order_id=self.order_id.id,
            photo=take.way == CHECK and base64.b64encode(take.photo),
        )
        change = door.get_change(take)
        self._reset(now)
        self.step += 1
        return self._show_outcome(self._get_money_status(custody, change))

    def _take_online(self, take, now):
        move = self.move_id
        if take.way == LINK:
            self.write({"waits_for": LINK, "shown_due": move._get_amount_to_pay()})
            return self._show_outcome(self._get_status(), self._make_code(now))
        token = move._get_tokens_to_charge(now=now)[move]
        if not token:
            raise UserError(
                self.env._(
                    "No method on file can be charged. Let the customer scan the QR "
                    "code, or take cash or a check."
                )
            )
        attempt = move._plan_manually(token, take.amount, now)
        self.write({"waits_for": CARD, "attempt_id": attempt.id, "way": False})
        return self._show_outcome(self._get_status())

    def _make_code(self, now):
        """Return the QR code of a payment link as a PNG; the link is stored nowhere."""
        move = self.move_id
        links = self.env["paycollect.link"]
        link, raw = links._create_for_screen(move, now)
        code = self.env["ir.actions.report"].barcode(
            "QR", link._get_url(raw), width=480, height=480, barLevel="M"
        )
        return base64.b64encode(code).decode()

    def _reset(self, now=None):
        """Prepare the dialog for another payment."""
        due = self.move_id._get_door_due(now)
        self.write(
            {
                "shown_due": due,
                "amount": due,
                "way": False,
                "tendered": 0,
                "check_number": False,
                "check_bank": False,
                "photo": False,
                "is_confirmed": False,
                "waits_for": False,
                "attempt_id": False,
            }
        )
