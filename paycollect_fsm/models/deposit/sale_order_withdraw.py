# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from odoo import SUPERUSER_ID, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY

from .account_move import ORDER_CANCELED

_logger = logging.getLogger(__name__)


class SaleOrder(models.Model):
    """What a canceled order's deposits ask for and nobody paid is withdrawn: at once,
    or as soon as no payment of it is on its way."""

    _inherit = "sale.order"

    def _withdraw_deposits(self, now):
        """Credit what is asked for but not paid, unless a payment is on its way.

        :param now: naive UTC datetime
        """
        for move in self._get_open_deposits():
            if move._get_deducted() or move._stop_planned_charges(ORDER_CANCELED, now):
                if not move._get_on_its_way_text():
                    move._withdraw_deposit(now)  # else see _withdraw_late

    def _withdraw_late(self, now=None):
        """Withdraw what canceled orders still ask for once a payment of it came to
        nothing, or paid only a part.

        What became of the payment is kept even if something goes wrong here.

        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        for order in self.sudo():
            if order.state != "cancel" or not order.company_id.collection_active:
                continue
            try:
                with self.env.cr.savepoint():
                    order._withdraw_deposits(now)
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                order._delay_withdrawal()
            except Exception as error:
                _logger.exception("A deposit of %s could not be withdrawn", order.name)
                order._report_not_withdrawn(error, now)

    def _delay_withdrawal(self):
        self.with_user(SUPERUSER_ID).with_delay(
            identity_key=f"sale.order.withdraw.{self.id}",
            description=self.env._(
                "Withdraw the deposit of %(order)s", order=self.name
            ),
        )._withdraw_late()

    def _report_not_withdrawn(self, error, now):
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Credit the deposit of %(order)s", order=self.name),
            self.env._(
                "The order was canceled, but the deposit that nobody paid couldn't be "
                "credited: %(error)s Create the credit note by hand.",
                error=error,
            ),
            code="deposit_open",
            now=now,
        )
