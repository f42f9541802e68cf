# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import SUPERUSER_ID, Command, fields, models

from ...rules.blocks import (
    ACTIVE,
    BY_CHARGE,
    BY_LINK,
    MONEY,
    NO_REFILL,
    REFILL_ABOVE,
    REFILL_OFF,
    UNPAID,
    USED,
    RefillFacts,
    plan_refill,
)
from ...rules.const import OCCASION_DUE
from .paycollect_hour_block_use import JOB

_logger = logging.getLogger(__name__)


class PaycollectHourBlock(models.Model):
    """The next block: charged to the method on file, or offered with a link.

    Each block leads to one next block at most, and only the customer's newest one of a
    product does. While another block isn't paid, whatever became of its charge, none is
    sold.
    """

    _inherit = "paycollect.hour.block"

    def _queue_refill(self):
        """Queue a job that sells the next block if too little is left."""
        for block in self:
            if block.product_id.hour_block_refill in (False, NO_REFILL):
                continue
            block.with_user(SUPERUSER_ID).with_delay(
                identity_key=f"paycollect.hour.block.{block.id}",
                description=self.env._("Refill %(block)s", block=block.display_name),
            )._refill()

    def _refill(self, now=None):
        """Job: sell the next block of the drawn one if too little is left.

        :param now: naive UTC datetime
        """
        block = self._as_system()
        block.invalidate_model()
        newest = block._get_alike().filtered(lambda b: b.state in (ACTIVE, USED))[:1]
        newest._sell_next(now or fields.Datetime.now())

    def _get_alike(self):
        """Return the customer's blocks of the same product, newest first."""
        self.ensure_one()
        return self.search(
            [
                ("partner_id", "=", self.partner_id.id),
                ("company_id", "=", self.company_id.id),
                ("product_id", "=", self.product_id.id),
                ("currency_id", "=", self.currency_id.id),
            ],
            order="id desc",
        )

    def _sell_next(self, now):
        """Sell the next block now, if that is due.

        :param now: naive UTC datetime
        """
        if not self or not self._is_refilled():
            return
        alike = self._get_alike()
        alike._serialize()
        alike.invalidate_recordset()
        agreement = self._find_agreement()
        way = plan_refill(self._get_refill_facts(alike, agreement))
        if way == NO_REFILL:
            return
        try:
            with self.env.cr.savepoint():
                charged = way == BY_CHARGE and self._charge_next(agreement, now)
                if not charged:
                    self._offer_next(now)
        except OperationalError:
            raise  # a concurrent update: the job is repeated
        except Exception as error:
            _logger.exception("The next block of %s could not be sold", self)
            self._report_refill_failed(error, now)

    def _is_refilled(self):
        product = self.product_id
        return bool(
            self.company_id.collection_active
            and product.active
            and product.hour_block_refill not in (False, NO_REFILL)
            and self.partner_id.active
        )

    def _get_refill_facts(self, alike, agreement):
        """Return the :class:`blocks.RefillFacts`.

        :param alike: the customer's blocks of the product, newest first
        """
        newest = alike.filtered(lambda block: block.state in (ACTIVE, USED))[:1]
        usable = alike.filtered(lambda block: block.state == ACTIVE)
        drawn = any(use._counts() and use.kind == JOB for use in self.use_ids)
        return RefillFacts(
            refill=self.product_id.hour_block_refill,
            left=sum(block._get_left_of_kind() for block in usable),
            threshold=self.product_id.hour_block_threshold,
            on_its_way=any(
                block.state == UNPAID or block._has_open_offer() for block in alike
            ),
            has_sold_next=self != newest or bool(self.sold_next_at) or not drawn,
            agreed=bool(agreement),
            most=agreement.max_amount,
            price=self._get_next_price(now=None) if agreement else 0.0,
        )

    def _has_open_offer(self):
        """Whether its next block is offered, ordered or invoiced and not paid yet."""
        order, move = self.next_order_id, self.next_move_id
        offered = order.state in ("draft", "sent") and not order.is_expired
        ordered = order.state == "sale" and order.invoice_status != "invoiced"
        return bool(offered or ordered or move.state == "draft")

    def _find_agreement(self):
        """Return what the customer agreed to for this product (sudo), or none."""
        self.ensure_one()
        return self.env["paycollect.hour.refill"]._find(
            self.partner_id, self.company_id, self.product_id
        )

    def _get_refill_obstacle(self):
        """Return why the invoice of the next block may not be charged, or None."""
        move, agreement = self.next_move_id, self._find_agreement()
        if not agreement:
            return REFILL_OFF
        most = agreement.max_amount
        is_above = self.currency_id.compare_amounts(move.amount_total, most) > 0
        return REFILL_ABOVE if is_above else None

    # -- charged ---------------------------------------------------------------------

    def _charge_next(self, agreement, now):
        """Invoice the next block, and plan its charge.

        :return: whether it was invoiced; not if it costs more than was agreed to
        """
        move = self.env["account.move"].create(self._prepare_next_vals(now))
        price, most = move.amount_total, agreement.max_amount
        if self.currency_id.compare_amounts(price, most) > 0:
            move.unlink()
            return False
        [(policy, basis)] = self.env["paycollect.policy"]._resolve_batch(
            [
                {
                    "partner": move.partner_id,
                    "amount": move.amount_total,
                    "company": self.company_id,
                    "currency": self.currency_id,
                }
            ],
            date=move.invoice_date,
        )
        move.write(
            {"collection_policy_id": policy.id, "collection_policy_basis": basis}
        )
        self.write({"next_move_id": move.id, "sold_next_at": now})
        move.with_context(collection_billing=True).action_post()
        token = agreement._get_method(self.company_id._get_today(now))
        move._plan_collection("refill", now, token=token or None)
        if not move._has_open_attempt():
            move._notify_customer(OCCASION_DUE, now)
        return True

    def _prepare_next_vals(self, now):
        partner = self.move_id.partner_id
        today = self.company_id._get_today(now)
        return {
            "move_type": "out_invoice",
            "partner_id": partner.id,
            "company_id": self.company_id.id,
            "currency_id": self.currency_id.id,
            "invoice_date": today,
            "invoice_payment_term_id": False,
            "invoice_origin": self.move_id.name,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": self.product_id.id,
                        "quantity": 1.0,
                        "price_unit": self._get_next_price_unit(now),
                    }
                )
            ],
        }

    def _get_next_price_unit(self, now):
        """Return the customer's price of the next block."""
        payer = self.move_id.partner_id.with_company(self.company_id)
        product = self.product_id.with_company(self.company_id)
        price = payer.property_product_pricelist._get_product_price(
            product,
            1.0,
            currency=self.currency_id,
            uom=product.uom_id,
            date=now or fields.Datetime.now(),
        )
        return product._get_tax_included_unit_price_from_price(
            price,
            product_taxes=self._get_next_taxes(mapped=False),
            fiscal_position=self._get_next_position(),
        )

    def _get_next_position(self):
        payer = self.move_id.partner_id
        positions = self.env["account.fiscal.position"].with_company(self.company_id)
        return positions._get_fiscal_position(payer)

    def _get_next_taxes(self, mapped=True):
        taxes = self.product_id.taxes_id._filter_taxes_by_company(self.company_id)
        return self._get_next_position().map_tax(taxes) if mapped else taxes

    def _get_next_price(self, now=None):
        """Return what the next block costs, with taxes.

        :param now: naive UTC datetime
        """
        self.ensure_one()
        return self._get_next_taxes().compute_all(
            self._get_next_price_unit(now),
            currency=self.currency_id,
            quantity=1.0,
            product=self.product_id,
            partner=self.move_id.partner_id,
        )["total_included"]

    # -- offered ---------------------------------------------------------------------

    def _offer_next(self, now):
        """Make a quotation of the next block, and send the customer a link to pay it.

        Nothing is owed for what the customer didn't order.
        """
        payer = self.move_id.partner_id.with_company(self.company_id)
        order = self.env["sale.order"].create(
            {
                "partner_id": payer.id,
                "company_id": self.company_id.id,
                "currency_id": self.currency_id.id,
                "collection_deposit_percent": 100,
                "origin": self.move_id.name,
                "order_line": [Command.create({"product_id": self.product_id.id})],
            }
        )
        self.write({"next_order_id": order.id, "sold_next_at": now})
        if order._send_order_link(now):
            return
        self.company_id._schedule_collection_activity(
            order,
            self.env._("Offer %(customer)s the next block", customer=payer.name),
            self.env._(
                "Little is left of %(block)s, but %(customer)s has neither an "
                "email address nor a phone number that accepts text messages.",
                block=self.display_name,
                customer=payer.display_name,
            ),
            code="hour_block_unreachable",
            now=now,
        )

    def _report_refill_failed(self, error, now):
        self.company_id._schedule_collection_activity(
            self.move_id,
            self.env._("Sell the next block to %(name)s", name=self.partner_id.name),
            self.env._(
                "Little is left of %(block)s, but the next block could not be sold: "
                "%(error)s Fix the problem, or sell it by hand.",
                block=self.display_name,
                error=error,
            ),
            code="hour_block_refill",
            now=now,
        )

    def _get_threshold_text(self):
        product = self.product_id
        if self.kind == MONEY:
            return self.currency_id._format_amount(product.hour_block_threshold)
        return self._format_hours(product.hour_block_threshold)

    def _offers_refill(self):
        """Whether the customer can have the next block charged automatically."""
        return self._is_refilled() and self.product_id.hour_block_refill == BY_CHARGE

    def _is_offered_by_link(self):
        return self._is_refilled() and self.product_id.hour_block_refill == BY_LINK
