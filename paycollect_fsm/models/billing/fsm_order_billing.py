# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import Command, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class FSMOrder(models.Model):
    """From a completed job to a posted invoice and a planned collection.

    Everything here runs with sudo (a technician may not see invoices) in the
    user's own transaction and without any network.
    """

    _inherit = "fsm.order"

    def _bill_completed(self):
        """Bill each job; a failure never stops the completion, it is reported."""
        for order in self.sudo():
            company = order.company_id
            order = order.with_company(company).with_context(tz=company._get_zone().key)
            try:
                with self.env.cr.savepoint():
                    order._bill()
            except OperationalError:
                raise  # a concurrent change: Odoo repeats the request
            except Exception as error:
                _logger.exception("Job %s could not be billed", order.name)
                order._set_billing_failed(error)

    def _bill(self):
        """Invoice what is new on this job, post it and plan its collection."""
        self.ensure_one()
        if self.collection_error:
            self.collection_error = False
            self.company_id._close_collection_activities(
                self, self.env._("Billed again.")
            )
        sale_order = self._get_sale_order()
        if sale_order:
            self._serialize_billing(sale_order)
        lines = self._get_delivered_sale_lines()
        lines |= self._add_extras_to_sale_order(sale_order)
        lines._deliver_with_job()
        moves = self._create_job_invoices(sale_order, lines)
        moves.action_post()
        open_moves = moves | self._get_earlier_open_invoices(lines)
        self.collection_note = self._get_billing_note(moves, lines)
        open_moves._set_collection_policy(self)
        open_moves._start_collection("completion")

    def _serialize_billing(self, sale_order):
        """Let one job of an order be billed at a time.

        Whoever comes second gets a serialization failure and is repeated by Odoo: it
        must see that the other job is closed, or their material is never billed.
        """
        self.env.cr.execute(
            SQL("UPDATE sale_order SET id = id WHERE id = %s", sale_order.id)
        )

    def _get_delivered_sale_lines(self):
        """Return the sale lines that this job delivers.

        Its own lines; and the lines of no job (material), with the last job of the
        order that is still open, so that nothing is billed before it is delivered.
        """
        sale_order = self._get_sale_order()
        lines = sale_order.order_line.filtered(
            lambda line: not line.display_type and not line.is_downpayment
        )
        own = lines.filtered(
            lambda line: line.fsm_order_id == self or line == self.sale_line_id
        )
        others = sale_order.fsm_order_ids - self
        if any(not other.is_closed for other in others):
            return own
        return own | lines.filtered(lambda line: not line.fsm_order_id)

    def _add_extras_to_sale_order(self, sale_order):
        extras = self._get_extras_to_bill()
        if not sale_order or not extras:
            return self.env["sale.order.line"]
        lines = self.env["sale.order.line"].create(
            [extra._prepare_sale_line_vals(sale_order) for extra in extras]
        )
        for extra, line in zip(extras, lines, strict=True):
            extra.sale_line_id = line
        return lines

    def _get_extras_to_bill(self):
        return self.collection_line_ids.filtered(lambda line: not line.is_billed)

    def _create_job_invoices(self, sale_order, lines):
        if not sale_order:
            return self._create_extras_invoice()
        return sale_order.with_context(
            collection_job_id=self.id,
            collection_sale_line_ids=lines.ids,
            raise_if_nothing_to_invoice=False,
            mail_auto_subscribe_no_notify=True,  # no mail to sales for each job
        )._create_invoices(final=True)

    def _create_extras_invoice(self):
        extras = self._get_extras_to_bill()
        if not extras:
            return self.env["account.move"]
        move = self.env["account.move"].create(
            self._prepare_extras_invoice_vals(extras)
        )
        for extra, line in zip(extras, move.invoice_line_ids, strict=True):
            extra.invoice_line_id = line
        return move

    def _get_payment_term(self):
        """Return the term of the order, else the customer's, else the policy's."""
        payer = self._get_payer().with_company(self.company_id)
        return (
            self._get_sale_order().payment_term_id
            or payer.property_payment_term_id
            or self.collection_policy_id.payment_term_id
        )

    def _prepare_extras_invoice_vals(self, extras):
        vals = {
            "move_type": "out_invoice",
            "partner_id": self._get_payer().id,
            "partner_shipping_id": self.location_id.partner_id.id,
            "company_id": self.company_id.id,
            "currency_id": self.collection_currency_id.id,
            "invoice_origin": self.name,
            "ref": self.collection_po_number,
            "invoice_line_ids": [
                Command.create(extra._prepare_invoice_line_vals()) for extra in extras
            ],
        }
        if term := self._get_payment_term():
            vals["invoice_payment_term_id"] = term.id
        return vals

    def _get_earlier_open_invoices(self, lines):
        """Return posted, unpaid invoices of the job's lines made before (e.g. for
        products invoiced on order, or before the job was reopened)."""
        return lines.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state in ("not_paid", "partial")
            )
        )

    def _get_billing_note(self, moves, lines):
        if moves:
            return self.env._(
                "Billed on %(invoices)s.", invoices=", ".join(moves.mapped("name"))
            )
        drafts = lines.invoice_lines.move_id.filtered(lambda m: m.state == "draft")
        if drafts:
            return self.env._(
                "Nothing new to bill: this work is on a draft invoice that accounting "
                "has not posted yet."
            )
        if lines.invoice_lines:
            return self.env._("Nothing new to bill: this work is invoiced already.")
        return self.env._("Nothing to bill.")

    def _set_billing_failed(self, error):
        """Keep the error and tell accounting; the job stays completed."""
        self.collection_error = str(error)
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Bill job %(job)s", job=self.name),
            self.env._(
                "The job is complete but could not be billed: %(error)s Mend the "
                "cause, then press “Bill again” on the job.",
                error=error,
            ),
            code="billing_failed",
        )

    def action_bill_again(self):
        """Bill a completed job whose billing failed."""
        self.env["paycollect.access"]._check_user(self)
        self.filtered(
            lambda order: order.stage_id.is_completing and order.collection_error
        )._bill_completed()
