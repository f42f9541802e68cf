# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Prepaid hours: a customer who uses a block, and one whose block refills itself."""

from datetime import timedelta

from odoo import Command


def plan(flow):
    """Set up the products and schedule their sales and jobs."""
    _make_products(flow)
    _at(flow, 80, 9, _sell, "realty", "block")
    _at(flow, 61, 11, _work, "realty", 2.5, "Moved three mailboxes.")
    _at(flow, 33, 11, _work, "realty", 1.75, "Replaced the docking station's driver.")
    _at(flow, 70, 9, _sell, "optics", "refill")
    _at(flow, 69, 16, _agree, "optics")
    _at(flow, 52, 13, _work, "optics", 4, "Set up the new front desk.")
    _at(flow, 24, 13, _work, "optics", 4.5, "Moved the practice software.")
    _at(flow, 10, 13, _work, "optics", 2, "Printers and the label writer.")


def _at(flow, days, hour, step, *args):
    flow.at(flow.today - timedelta(days=days), hour, 45, step, flow, *args)


def _make_products(flow):
    env = flow.env
    account = env["account.account"].create(
        {
            "code": "210500",
            "name": "Prepaid Services",
            "account_type": "liability_current",
        }
    )
    env.company.collection_block_account_id = account
    work = flow.products["hour"]
    hour = env.ref("uom.product_uom_hour").id
    values = {
        "type": "service",
        "invoice_policy": "order",
        "taxes_id": [Command.set(work.taxes_id.ids)],
        "supplier_taxes_id": [Command.clear()],
        "field_service_tracking": "no",
        "hour_block_kind": "hours",
        "hour_block_hours": 10,
        "hour_block_days": 365,
    }
    flow.products |= {
        "labor": env["product.product"].create(
            {
                "name": "Support by the hour",
                "type": "service",
                "uom_id": hour,
                "list_price": 120,
                "invoice_policy": "delivery",
                "taxes_id": [Command.set(work.taxes_id.ids)],
                "supplier_taxes_id": [Command.clear()],
                "field_service_tracking": "line",
                "fsm_order_template_id": work.fsm_order_template_id.id,
            }
        ),
        "block": env["product.product"].create(
            {**values, "name": "Ten prepaid hours", "list_price": 1050}
        ),
        "refill": env["product.product"].create(
            {
                **values,
                "name": "Ten prepaid hours, refilled",
                "list_price": 990,
                "hour_block_refill": "charge",
                "hour_block_threshold": 2,
            }
        ),
    }


def _sell(flow, key, product):
    """Sell a block with an order; its invoice is paid by bank transfer."""
    order = flow.env["sale.order"].create(
        {
            "partner_id": flow.book[key].partner.id,
            "fsm_location_id": flow.book[key].sites[""].id,
            "order_line": [Command.create({"product_id": flow.products[product].id})],
        }
    )
    order.action_confirm()
    move = order._create_invoices()
    move.action_post()
    flow.pay(move, flow.bank)


def _agree(flow, key):
    """The customer agrees, in the portal, that the next block is charged."""
    partner = flow.book[key].partner
    blocks = flow.env["paycollect.hour.block"]
    block = blocks.search([("partner_id", "=", partner.id)], limit=1)
    flow.env["paycollect.hour.refill"]._start(
        block, partner, partner.payment_token_ids[:1], flow.clock.now
    )


def _work(flow, key, hours, resolution):
    visit = flow.clock.now - timedelta(hours=hours)
    [job] = flow.book_order(key, [("labor", hours)], visit)
    flow.assign(job, next(iter(flow.workers)))
    flow.complete(job, resolution)
