# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.queue_job.exception import RetryableJobError

from ...rules import disputes as chargebacks
from ...rules.disputes import BANK_RETURN, CHARGEBACK, INQUIRY, LOST, OPEN, WON
from ...rules.outcome import Codes
from ..company.res_company import EXCEPTION_ACTIVITY

BUSY_SECONDS = 5


class PaycollectChargeback(models.Model):
    """A payment that a customer disputes, a bank returns, or a bank inquires about.

    Events arrive in any order and more than once. What is known is only ever added to,
    and each effect happens once.
    """

    _name = "paycollect.chargeback"
    _description = "Chargeback"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "opened_at desc, id desc"
    _rec_name = "provider_reference"

    provider_id = fields.Many2one(
        "payment.provider", required=True, readonly=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    provider_reference = fields.Char(
        string="Dispute ID",
        required=True,
        readonly=True,
        help="ID of the dispute at the provider. Use it to find the dispute there.",
        mask_cards=False,
    )
    transaction_id = fields.Many2one(
        "payment.transaction",
        string="Payment Transaction",
        required=True,
        readonly=True,
        index=True,
    )
    attempt_id = fields.Many2one(
        "paycollect.attempt",
        string="Payment Attempt",
        readonly=True,
        index="btree_not_null",
    )
    payment_id = fields.Many2one(
        "account.payment", readonly=True, index="btree_not_null"
    )
    partner_id = fields.Many2one(
        "res.partner", string="Customer", readonly=True, index="btree_not_null"
    )
    move_ids = fields.Many2many(
        "account.move",
        "paycollect_chargeback_move_rel",
        "chargeback_id",
        "move_id",
        string="Invoices",
        readonly=True,
    )
    kind = fields.Selection(
        [
            (CHARGEBACK, "Chargeback"),
            (BANK_RETURN, "Bank return"),
            (INQUIRY, "Inquiry"),
        ],
        string="Type",
        required=True,
        readonly=True,
        help="An inquiry doesn't withdraw any money. A bank return can't be contested.",
    )
    state = fields.Selection(
        [(OPEN, "Open"), (WON, "Won"), (LOST, "Lost")],
        string="Status",
        required=True,
        readonly=True,
        default=OPEN,
        tracking=True,
        index=True,
    )
    amount = fields.Monetary(readonly=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    fee = fields.Monetary(
        currency_field="fee_currency_id",
        readonly=True,
        help="Fee that the provider charged for the dispute.",
    )
    fee_currency_id = fields.Many2one("res.currency", readonly=True)
    reason_code = fields.Char(string="Reason", readonly=True)
    return_code = fields.Char(readonly=True, help="The bank's return code, e.g. R01.")
    opened_at = fields.Datetime(string="Opened On", readonly=True)
    due_at = fields.Datetime(
        string="Respond By",
        readonly=True,
        help="Evidence submitted after this date is not considered.",
    )
    closed_at = fields.Datetime(string="Closed On", readonly=True)
    withdrawn_at = fields.Datetime(
        string="Funds Withdrawn On",
        readonly=True,
        help="When the disputed amount was withdrawn.",
    )
    reinstated_at = fields.Datetime(
        string="Funds Reinstated On",
        readonly=True,
        help="When the disputed amount, or a part of it, was returned to your account.",
    )
    withheld_amount = fields.Monetary(
        string="Not Reinstated",
        readonly=True,
        help="Part of the disputed amount that wasn't returned with the rest.",
    )
    is_released = fields.Boolean(
        string="Charging Allowed",
        readonly=True,
        tracking=True,
        help="A manager allowed the invoices to be charged again.",
    )

    _one_per_provider = models.UniqueIndex("(provider_id, provider_reference)")

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("Chargebacks are part of the history and can't be deleted.")
        )

    @api.depends("move_ids", "partner_id", "kind")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["kind"]._description_selection(self.env))
        for chargeback in self:
            what = ", ".join(chargeback.sudo().move_ids.mapped("name"))
            names = (labels.get(chargeback.kind), what or chargeback.partner_id.name)
            chargeback.display_name = " · ".join(filter(None, names))

    # -- buttons ---------------------------------------------------------------

    def action_release(self):
        """Button: allow the invoices to be charged again (managers only)."""
        self.env["paycollect.access"]._check_manager(self)
        if self.filtered(lambda chargeback: chargeback.state == OPEN):
            raise UserError(
                self.env._(
                    "This dispute is still open at the provider. Wait until it is won "
                    "or lost."
                )
            )
        self.sudo().is_released = True

    def action_book_fee(self):
        """Button: record the provider's fee once its account is set (managers only)."""
        self.env["paycollect.access"]._check_manager(self)
        for chargeback in self.sudo():
            if not chargeback.company_id.collection_fee_account_id:
                raise UserError(
                    self.env._("Choose a “Dispute Fee Account” in the settings first.")
                )
            chargeback._book_fee(fields.Datetime.now())

    # -- facts -----------------------------------------------------------------

    @api.model
    def _search_row(self, provider, reference):
        return self.search(
            [
                ("provider_id", "=", provider.id),
                ("provider_reference", "=", reference),
            ],
            limit=1,
        )

    def _get_amount_out(self):
        """Return how much of the amount is currently with the customer or the bank."""
        self.ensure_one()
        if not self.withdrawn_at:
            return 0.0
        return self.withheld_amount if self.reinstated_at else self.amount

    def _is_money_out(self):
        """Whether money is currently with the customer or the bank."""
        return bool(self._get_amount_out())

    def _forbids_charge(self):
        """Whether its invoices can't be charged until a manager allows it.

        A debit returned for insufficient funds is the exception: A1 says when it may be
        resubmitted.
        """
        self.ensure_one()
        if self.is_released:
            return False
        if self.kind == BANK_RETURN:
            again = chargebacks.may_be_presented_again(self.return_code)
            return self._is_money_out() and not again
        return self.state == OPEN or self._is_money_out()

    # -- events ------------------------------------------------------------------

    @api.model
    def _take(self, transaction, reference, snapshot, seen_at, now):
        """Add what an event shows, and do what follows from it.

        :param transaction: the disputed, done ``payment.transaction``, locked
        :param reference: the provider's ID of the dispute
        :param snapshot: :class:`chargebacks.Snapshot`
        :param seen_at: when the event happened (naive UTC)
        :param now: naive UTC datetime
        :return: the chargeback
        """
        chargeback = self._search_row(transaction.provider_id, reference)
        if not chargeback:
            chargeback = self._create_once(
                self._prepare_chargeback_vals(transaction, reference, snapshot)
            )
        chargeback._add(snapshot, seen_at)
        for move in chargeback.move_ids:
            move._lock_or_retry()
        chargeback._update_books(now)
        chargeback._update_attempt(now)
        chargeback._update_activities()
        return chargeback

    def _create_once(self, vals):
        """:raise RetryableJobError: if another event of the dispute was faster"""
        try:
            return self.create(vals)
        except UniqueViolation as error:
            raise RetryableJobError(
                "another event of this dispute is being applied",
                seconds=BUSY_SECONDS,
                ignore_retry=True,
            ) from error

    def _prepare_chargeback_vals(self, transaction, reference, snapshot):
        moves = transaction.invoice_ids or transaction.source_transaction_id.invoice_ids
        return {
            "provider_id": transaction.provider_id.id,
            "company_id": transaction.company_id.id,
            "provider_reference": reference,
            "transaction_id": transaction.id,
            "attempt_id": transaction.collection_attempt_ids[:1].id,
            "payment_id": transaction.payment_id.id,
            "partner_id": transaction.partner_id.commercial_partner_id.id,
            "move_ids": [(6, 0, moves.ids)],
            "kind": snapshot.kind,
            "currency_id": transaction.currency_id.id,
            "amount": transaction.provider_id._to_major_units(
                snapshot.amount, transaction.currency_id
            ),
            "reason_code": snapshot.reason,
            "return_code": snapshot.kind == BANK_RETURN and snapshot.return_code,
            "opened_at": snapshot.opened_at,
        }

    def _add(self, snapshot, seen_at):
        """Only move forward: a late event doesn't undo what a newer one showed."""
        vals = {}
        if self.kind == INQUIRY != snapshot.kind:
            vals["kind"] = snapshot.kind
        if snapshot.state != OPEN and self.state == OPEN:
            vals |= {"state": snapshot.state, "closed_at": seen_at}
        if snapshot.due_at:
            vals["due_at"] = snapshot.due_at
        if snapshot.withdrawn and not self.withdrawn_at:
            vals["withdrawn_at"] = seen_at
        if snapshot.reinstated:
            vals |= self._prepare_reinstated_vals(snapshot, seen_at)
        vals |= self._prepare_fee_vals(snapshot)
        self.write(vals)

    def _prepare_reinstated_vals(self, snapshot, seen_at):
        """The rest of the money may come later, so less and less is withheld."""
        withheld = self.provider_id._to_major_units(snapshot.withheld, self.currency_id)
        if not self.reinstated_at:
            return {"reinstated_at": seen_at, "withheld_amount": withheld}
        return {"withheld_amount": min(self.withheld_amount, withheld)}

    def _prepare_fee_vals(self, snapshot):
        """The fee is charged with the withdrawal and may come back with the money."""
        if not snapshot.fee_currency or (
            self.reinstated_at and not snapshot.reinstated
        ):
            return {}
        currency = self.env["res.currency"].search(
            [("name", "=", snapshot.fee_currency)], limit=1
        )
        return {
            "fee_currency_id": currency.id,
            "fee": self.provider_id._to_major_units(snapshot.fee, currency),
        }

    # -- effects -----------------------------------------------------------------

    def _update_attempt(self, now):
        """Mark the attempt of a debit that the bank returned as declined."""
        if self.kind == BANK_RETURN and self._is_money_out():
            self.transaction_id._record_codes(Codes(decline_code=self.return_code))
            self.attempt_id._set_returned(self.return_code, self.amount, now)

    def _update_activities(self):
        """Keep one activity at a time for the exceptions owner."""
        if task := self._get_task():
            self._set_task(*task)
        else:
            self.activity_feedback([EXCEPTION_ACTIVITY], feedback=self._get_text())

    def _get_task(self):
        """Return code, summary and note of the next task for accounting, or None."""
        _ = self.env._
        note = self._get_text()
        if self.kind == BANK_RETURN:
            if self.attempt_id or not self._is_money_out():
                return None  # the attempt covers what follows
            summary = _("Arrange another way to pay for a returned bank debit")
            return "returned", summary, note
        if self.state == OPEN:
            if self.kind == INQUIRY:
                return "inquiry", _("Respond to the inquiry at the provider"), note
            return "dispute", _("Respond to the dispute at the provider"), note
        if not self._is_money_out() or self.is_released:
            return None
        if self.reinstated_at:
            summary = _("Decide how to proceed after the partly lost dispute")
            return "lost", summary, note
        if self.state == LOST:
            return "lost", _("Decide how to proceed after the lost dispute"), note
        return None

    def _set_task(self, code, summary, note):
        """Keep one open activity of this kind, and mark our other ones as done."""
        ours = self.activity_ids.filtered(
            lambda activity: (
                activity.activity_type_id == self.env.ref(EXCEPTION_ACTIVITY)
            )
        )
        same = ours.filtered(lambda activity: activity.collection_code == code)
        (ours - same).action_feedback(feedback=note)
        deadline = self.company_id._get_today(self.due_at)
        if same:
            same.write({"note": note, "date_deadline": deadline})
            return
        self.activity_schedule(
            EXCEPTION_ACTIVITY,
            date_deadline=deadline,
            summary=summary,
            note=note,
            user_id=self.company_id._get_collection_responsible().id,
            collection_code=code,
        )
