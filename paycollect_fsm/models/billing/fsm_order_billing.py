# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import logging

from psycopg2 import OperationalError

from odoo import fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)


class FSMOrder(models.Model):
    """From completed jobs to posted invoices and scheduled collections.

    Everything here runs with sudo (technicians have no access to invoices), in the
    user's own transaction and without network calls. Jobs of different orders are
    billed together; if that fails, they are billed one by one.
    """

    _inherit = "fsm.order"

    # -- together, or one by one if that fails -----------------------------------

    def _bill_completed(self, method="_bill", now=None):
        """Bill the jobs; a failure is reported and never blocks the completion.

        :param method: ``_bill``, ``_bill_late`` or ``_bill_rest``
        :param now: naive UTC datetime
        """
        now = now or fields.Datetime.now()
        self.sudo()._read_ahead()
        for jobs in self.sudo()._get_billing_rounds():
            if len(jobs) > 1 and jobs._try_to_bill(method, now):
                continue
            for job in jobs:
                job._bill_alone(method, now)

    def _read_ahead(self):
        """Read what billing needs of the orders' lines for all of them at once."""
        lines = self._get_all_sale_orders().order_line
        lines.product_id.mapped("type")
        lines.tax_ids.mapped("amount")
        lines.invoice_lines.mapped("move_id")

    def _get_billing_rounds(self):
        """Yield the jobs by company, at most one job per sales order at a time."""
        for company, jobs in self.grouped("company_id").items():
            zone = company._get_zone().key
            jobs = jobs.with_company(company).with_context(tz=zone)
            while jobs:
                by_order = {}
                for job in jobs:
                    key = job._get_sale_order() or job
                    by_order.setdefault(key, job)
                this_round = jobs.browse(job.id for job in by_order.values())
                yield this_round
                jobs -= this_round

    def _try_to_bill(self, method, now):
        """Bill all jobs or none.

        :return: whether they were billed
        """
        try:
            with self.env.cr.savepoint():
                getattr(self, method)(now)
        except OperationalError:
            raise  # a concurrent update: Odoo retries the request
        except Exception as error:
            _logger.info("Billing %s jobs one by one: %s", len(self), error)
            return False
        return True

    def _bill_alone(self, method, now):
        try:
            with self.env.cr.savepoint():
                getattr(self, method)(now)
        except OperationalError:
            raise  # a concurrent update: Odoo retries the request
        except Exception as error:
            _logger.exception("Job %s could not be billed", self.name)
            self._set_billing_failed(error)

    # -- what is billed ----------------------------------------------------------

    def _bill(self, now):
        """Invoice what is new on these jobs, post it and schedule its collection.

        At most one job per sales order at a time.
        """
        self._start_billing()
        at_home = self.filtered(lambda job: job._is_own_place())
        at_home._set_billed([{"code": "own_place"}])
        jobs = self - at_home
        jobs._add_extras_to_sale_orders()
        lines = {job: job._get_delivered_sale_lines() for job in jobs}
        self.env["sale.order.line"].union(*lines.values())._deliver_with_job()
        history = jobs.filtered(lambda job: job._is_history(now))
        moves_of = jobs._invoice(
            {
                job: {line: line._get_qty_to_bill() for line in lines[job]}
                for job in jobs
            },
            jobs.filtered(lambda job: job._is_last_of_order()),
        )
        (jobs - history)._collect(moves_of, lines, now)
        history._leave_to_accounting(moves_of, lines)

    def _bill_late(self, now):
        """Invoice what became invoiceable after these jobs were billed."""
        self._start_billing()
        lines = {job: job._get_delivered_sale_lines() for job in self}
        moves_of = self._invoice(
            {job: {line: line._get_late_qty() for line in lines[job]} for job in self}
        )
        self._collect(moves_of, lines, now)

    def _bill_rest(self, now):
        """Settle what remains of orders whose last open job was closed."""
        self._start_billing()
        lines = {job: job._get_delivered_sale_lines() for job in self}
        material = self.env["sale.order.line"].union(*lines.values())
        material.filtered(lambda line: line._is_material())._deliver_with_job()
        moves_of = self._invoice(
            {job: {line: line._get_late_qty() for line in lines[job]} for job in self},
            self,
        )
        self._collect(moves_of, lines, now)

    def _start_billing(self):
        self._clear_billing_error()
        self._serialize_billing(self._get_all_sale_orders())

    def _serialize_billing(self, sale_orders):
        """Bill one job of an order at a time.

        A second transaction gets a serialization failure and is retried by Odoo: it
        must see that the other job is closed, or their material is never billed.
        """
        if sale_orders:
            self.env.cr.execute(
                SQL(
                    "UPDATE sale_order SET id = id WHERE id IN (SELECT id FROM "
                    "sale_order WHERE id IN %s ORDER BY id FOR UPDATE)",
                    tuple(sale_orders.ids),
                )
            )

    def _get_delivered_sale_lines(self):
        """Return the order lines that this job delivers.

        Its own lines; for the order's last open job also the lines that belong to no
        job (material), so that nothing is billed before it is delivered. Deposits and
        discounts on the whole order are shared, see ``_get_shares``.
        """
        self.ensure_one()
        sale_order = self._get_sale_order()
        lines = sale_order.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and not line._is_order_discount()
            )
        )
        own = lines.filtered(
            lambda line: line.fsm_order_id == self or line == self.sale_line_id
        )
        if not self._is_last_of_order():
            return own | own._get_combos()
        return own | lines.filtered(lambda line: line._is_material())

    def _is_last_of_order(self):
        """Return whether no other job of the order is open or still to be billed."""
        self.ensure_one()
        others = self._get_sale_order()._get_jobs() - self
        return not any(other._is_billing_open() for other in others)

    def _is_billing_open(self):
        self.ensure_one()
        return not self.stage_id.is_closed or self.billing_state in ("due", "failed")

    # -- the invoices ------------------------------------------------------------

    def _invoice(self, quantities, last=()):
        """Invoice these quantities and post the invoices.

        :param quantities: ``{job: {order line: quantity}}``
        :param last: the jobs that settle the rest of their order's deposit
        :return: ``{job: its new invoices}``
        """
        before = {line: line.qty_invoiced for job in self for line in quantities[job]}
        moves_of = dict.fromkeys(self, self.env["account.move"])
        with_order = self.filtered(lambda job: job._get_sale_order().state == "sale")
        job_of = {job._get_sale_order(): job for job in with_order}
        for move in with_order._create_order_invoices(quantities, last):
            moves_of[job_of[move.invoice_line_ids.sale_line_ids.order_id]] |= move
        self._add_extras_to_invoices(moves_of)
        self._cover_invoices(moves_of)
        moves = self.env["account.move"].union(*moves_of.values())
        moves.with_context(collection_billing=True).action_post()
        self._compare_with_invoices(quantities, before)
        return moves_of

    def _cover_invoices(self, moves_of):
        """Hook: deduct what customers paid in advance for any work.

        :param moves_of: ``{job: its new draft invoices}``
        """

    def _create_order_invoices(self, quantities, last):
        """Return the draft invoices of these jobs' orders, one per order."""
        exact, shares = {}, {}
        for job in self:
            billed = {
                line: quantity for line, quantity in quantities[job].items() if quantity
            }
            exact.update({line.id: quantity for line, quantity in billed.items()})
            shares.update(job._prepare_shares(billed, job in last))
        if not exact and not shares:
            return self.env["account.move"]
        return (
            self._get_all_sale_orders()
            .with_context(
                collection_jobs={job._get_sale_order().id: job.id for job in self},
                collection_line_ids=frozenset([*exact, *shares]),
                collection_quantities=exact,
                collection_shares=shares,
                raise_if_nothing_to_invoice=False,
                mail_auto_subscribe_no_notify=True,  # no email to sales for each job
                mail_create_nosubscribe=True,  # a technician follows no invoice
            )
            ._create_invoices(grouped=True, final=True)
        )

    def _prepare_shares(self, billed, is_last):
        """Return ``{order line id: values}`` for the job's discounts and deposits.

        A discount or deposit that is not split is invoiced natively: no values.
        """
        base_lines = [
            line._prepare_base_line_for_taxes_computation(quantity=quantity)
            for line, quantity in billed.items()
        ]
        extras = self._get_extras_of_their_own()
        base_lines += [extra._prepare_tax_base_line() for extra in extras]
        shares = self._get_sale_order()._get_shares(billed, base_lines, is_last)
        result = {}
        for line, share in shares.items():
            is_whole = not line._is_split() and share == line._get_whole_share()
            result[line.id] = {} if is_whole else line._prepare_share_vals(share)
            if not is_whole:
                line.is_shared = True
            if not line.is_downpayment:
                line._deliver_with_job()
        return result

    # -- collecting the invoices -------------------------------------------------

    def _collect(self, moves_of, lines, now):
        """Schedule the collection of the jobs' invoices, including earlier open ones.

        :param moves_of: ``{job: its new invoices}``
        :param lines: ``{job: the order lines it bills}``
        :param now: naive UTC datetime
        """
        to_collect = self.env["account.move"]
        for job in self:
            note = job._get_billing_note(moves_of[job], lines[job])
            job._set_billed([note, *lines[job]._get_waiting_notes()])
            moves = moves_of[job] | job._get_earlier_open_invoices(lines[job])
            moves._set_collection_policy(job)
            job._set_extras_on(moves_of[job], lines[job])
            moves_of[job]._tell_about_deposit(job)
            to_collect |= moves
        to_collect._start_collection("completion", now)

    def _set_billed(self, notes):
        self.write({"billing_state": "billed", "collection_notes": notes})

    def _get_earlier_open_invoices(self, lines):
        """Return earlier posted, unpaid invoices of the job's lines.

        For example, for products invoiced on order, or from before the job was
        reopened.
        """
        return lines.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state in ("not_paid", "partial")
            )
        )

    def _get_billing_note(self, moves, lines):
        """Return what became of billing, see ``collection_notes``."""
        if moves:
            return {"code": "billed", "names": moves.mapped("name")}
        if lines.invoice_lines.move_id.filtered(lambda m: m.state == "draft"):
            return {"code": "in_draft"}
        return {"code": "invoiced" if lines.invoice_lines else "nothing"}

    # -- failures ----------------------------------------------------------------

    def _set_billing_failed(self, error):
        """Store the error and notify accounting; the job stays completed.

        Technicians read the job's activities, but not the error.
        """
        self.write({"billing_state": "failed", "collection_error": str(error)})
        self.company_id._schedule_collection_activity(
            self,
            self.env._("Bill job %(job)s", job=self.name),
            self.env._(
                "The job is complete but could not be billed. Open it to see the "
                "error, fix the problem, then click “Bill Again.”"
            ),
            code="billing_failed",
        )

    def _clear_billing_error(self):
        failed = self.filtered("collection_error")
        failed.collection_error = False
        for company, jobs in failed.grouped("company_id").items():
            company._close_collection_activities(jobs, self.env._("Billed again."))

    def action_bill_again(self):
        """Button: bill completed jobs that failed or were only partially billed."""
        self.env["paycollect.access"]._check_user(self)
        self.filtered(
            lambda job: (
                job.stage_id.is_completing
                and (job.collection_error or job.collection_difference)
            )
        )._bill_completed()
