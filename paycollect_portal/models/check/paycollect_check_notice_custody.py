# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import Command, api, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.res_company import EXCEPTION_ACTIVITY
from odoo.addons.paycollect_fsm.rules.door import OUTSTANDING

from ...rules.checks import ANNOUNCED, EXPIRED, SITE


class PaycollectCheckNotice(models.Model):
    """Checks that were booked when somebody took them in person."""

    _inherit = "paycollect.check.notice"

    @api.model
    def _meet(self, custody):
        """Link a check that was taken (sudo) with the notice that announced it.

        Without one, it gets its own, so that it is deposited and, if necessary,
        returned like every other check.
        """
        notice = self._search_number(
            custody.partner_id, custody.company_id, custody.check_number
        )
        notice = notice or self.create(self._prepare_custody_vals(custody))
        custody.payment_id.collection_check_notice_id = notice
        if custody.move_id not in notice.move_ids:
            notice.move_ids = [Command.link(custody.move_id.id)]
        notice.activity_feedback([EXCEPTION_ACTIVITY])
        return notice

    @api.model
    def _check_is_new(self, move, number):
        """:raise UserError: if the customer's check with this number came before"""
        customer = move.commercial_partner_id
        self._serialize(customer)
        notice = self._search_number(customer, move.company_id, number)
        if notice and (
            notice.state not in (ANNOUNCED, EXPIRED)
            or notice.currency_id != move.currency_id
        ):
            raise UserError(
                self.env._(
                    "Check %(number)s from this customer was received before "
                    "(%(state)s). Look at the number on the check.",
                    number=number,
                    state=notice._get_state_label(),
                )
            )

    @api.model
    def _prepare_custody_vals(self, custody):
        key = custody._get_check_key()
        return {
            "partner_id": custody.partner_id.id,
            "company_id": custody.company_id.id,
            "number": custody.check_number,
            "bank": custody.check_bank,
            "amount": custody.amount,
            "currency_id": custody.currency_id.id,
            "date": custody.day,
            "move_ids": [Command.set(custody.move_id.ids)],
            "photo": custody.photo,
            "photo_name": custody.photo and f"check-{key}.jpg",
            "source": SITE,
            "order_id": custody.order_id.id,
            "user_id": custody.user_id.id,
            "announced_on": custody.day,
            "expected_until": custody.day,
        }

    def _check_at_office(self):
        """:raise UserError: if a worker still holds one of these checks"""
        held = self.payment_id.collection_custody_ids.filtered(
            lambda custody: custody.state in OUTSTANDING
        )
        if held:
            raise UserError(
                self.env._(
                    "%(worker)s still holds check %(number)s. Confirm its receipt "
                    "under Collections ▸ Cash and Checks, then deposit it.",
                    worker=held[0].user_id.name,
                    number=held[0].check_number,
                )
            )
