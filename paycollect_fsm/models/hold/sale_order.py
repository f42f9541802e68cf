# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from psycopg2.errors import UniqueViolation

from odoo import fields, models
from odoo.fields import Domain

from ...rules.hold import CANCEL, CANCELED, DECLINED, LIVE, PLAN, VOID, decide

# Fields whose change may need another hold, or none.
HOLD_FIELDS = frozenset(
    """
    collection_policy_id commitment_date currency_id order_line partner_id
    partner_invoice_id pricelist_id state
    """.split()
)
BATCH = 500


class SaleOrder(models.Model):
    """Confirmed orders whose estimate is held."""

    _inherit = "sale.order"

    collection_hold_ids = fields.One2many(
        "paycollect.hold",
        "order_id",
        string="Holds",
        readonly=True,
        copy=False,
        groups="paycollect_fsm.group_user",
    )
    collection_hold_waived = fields.Boolean(
        string="No Hold",
        readonly=True,
        copy=False,
        groups="paycollect_fsm.group_user",
        help="A user released the hold; the order gets no other one.",
    )

    def action_confirm(self):
        result = super().action_confirm()
        self._review_changed_holds()
        return result

    def write(self, vals):
        result = super().write(vals)
        if HOLD_FIELDS & vals.keys():
            self._review_changed_holds()
        return result

    def unlink(self):
        holds = self.sudo().collection_hold_ids.filtered(lambda hold: hold._is_live())
        result = super().unlink()
        holds._release_deleted()
        return result

    def action_view_holds(self):
        """Button: open the order's holds (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "paycollect_fsm.action_paycollect_hold"
        )
        return action | {"domain": [("order_id", "=", self.id)], "context": {}}

    # -- deciding ----------------------------------------

    def _review_changed_holds(self, now=None):
        """Decide again about orders that were changed, if holds concern them.

        :param now: naive UTC datetime
        """
        concerned = self.sudo().filtered(
            lambda order: (
                order.collection_policy_id.hold_at_booking
                or (order.state in ("sale", "cancel") and order.collection_hold_ids)
            )
        )
        if concerned:
            concerned._review_holds(now)

    def _review_holds(self, now=None):
        """Decide whether these orders need a hold, and plan or release it.

        No network: a job does what was decided. A hold that a worker has at the moment
        is left to it; it decides again when it is done.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for order in self.sudo():
            live = order._get_live_hold()
            if live and not live.try_lock_for_update():
                continue
            want = order._get_want(now, live)
            token = self.env["payment.token"].sudo().browse(want.method)
            provider = (live.token_id or token).provider_id
            if not provider:
                continue
            step = decide(want, live._get_live(), now, provider._get_window())
            order._take_hold_step(step, want, live, now)

    def _take_hold_step(self, step, want, live, now):
        if step.action == PLAN:
            self._plan_hold(want, live, step.at, now)
        elif step.action == CANCEL:
            live._set_over(CANCELED, step.reason, now)
        elif step.action == VOID:
            live._set_voiding(step.reason, now)

    def _plan_hold(self, want, live, at, now):
        """Plan the hold that is wanted; another transaction may be faster."""
        vals = self._prepare_planned_hold_vals(want)
        if live:
            live._set_planned(vals, min(at, max(live.planned_at, now)))
            return
        Hold = self.env["paycollect.hold"].sudo()
        try:
            with self.env.cr.savepoint():
                hold = Hold.create({**vals, "planned_at": at, "try_at": at})
                hold.flush_recordset()
        except UniqueViolation:
            return
        hold._enqueue()

    def _prepare_planned_hold_vals(self, want):
        return {
            "company_id": self.company_id.id,
            "order_id": self.id,
            "partner_id": want.customer,
            "amount": want.amount,
            "currency_id": self.currency_id.id,
            "token_id": want.method,
        }

    def _get_readiness_dependencies(self):
        return (*super()._get_readiness_dependencies(), "collection_hold_ids.state")

    def _get_hold_order(self):
        return self

    def _get_special_bookings(self):
        return self & self.sudo()._search_with_declined_hold()

    def _get_live_hold(self):
        """Return the live hold (sudo), if any."""
        self.ensure_one()
        return self.sudo().collection_hold_ids.filtered(lambda hold: hold._is_live())

    def _get_declined_holds(self):
        """Return the declined holds (sudo) that say something about their method now:
        not if it was renewed since, or if a user wants to try it again."""
        holds = self.sudo().collection_hold_ids.sorted("id")
        return holds.filtered(
            lambda hold: (
                hold.state == DECLINED
                and not hold.is_set_aside
                and not (
                    hold.token_id.details_changed_at
                    and hold.done_at
                    and hold.token_id.details_changed_at > hold.done_at
                )
            )
        )

    def _search_with_declined_hold(self):
        """Return orders whose last hold was declined, perhaps only of one method."""
        return self.search([("collection_hold_ids.state", "=", DECLINED)])

    def _search_without_hold(self, partner=None):
        """Return orders that may need a hold and have none.

        :param partner: of this customer only
        """
        domain = Domain(
            [
                ("state", "=", "sale"),
                ("invoice_status", "!=", "invoiced"),
                ("company_id.collection_active", "=", True),
                ("collection_policy_id.hold_at_booking", "=", True),
                ("collection_policy_id.collection_mode", "=", "auto"),
                ("collection_hold_waived", "=", False),
                ("collection_hold_ids", "not any", [("state", "in", LIVE)]),
            ]
        )
        if partner:
            domain &= Domain(
                "partner_invoice_id", "child_of", partner.commercial_partner_id.id
            )
        return self.sudo().search(domain, order="id desc", limit=BATCH)
