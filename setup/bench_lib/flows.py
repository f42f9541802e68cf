# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""One job from completion to the receipt: by native calls and by ours."""

from odoo import Command

from odoo.addons.queue_job.controllers.main import RunJobController

from .data import LOGIN, environment


class Flow:
    """:param meter: records the measurements per stage"""

    def __init__(self, registry, meter):
        self.registry = registry
        self.meter = meter

    def check_paid(self, job_ids):
        """:raise AssertionError: if a job does not have exactly one paid invoice"""
        with self.registry.cursor() as cr:
            for job in environment(cr)["fsm.order"].browse(job_ids):
                sale_order = job.sale_line_id.order_id
                moves = sale_order.invoice_ids
                deposits = moves.filtered(lambda move: move._is_downpayment())
                move = moves - deposits
                assert len(move) == 1, f"{job.name}: {len(moves)} invoices"
                for paid in moves:
                    state = paid.payment_state
                    assert state in ("paid", "in_payment"), f"{paid.name}: {state}"
                total = sum(moves.mapped("amount_total"))
                assert round(total - sale_order.amount_total, 2) == 0, move.name


class Native(Flow):
    """What a developer would write using only Odoo's own calls.

    The technician completes the job, the order is billed as a whole, and each step with
    an effect outside the database is enclosed by commits.
    """

    def run(self, job_id):
        with self.registry.cursor() as cr:
            with self.meter.stage("complete"):
                job = environment(cr, LOGIN)["fsm.order"].browse(job_id)
                job.action_complete()
                cr.commit()
            move = self._bill(environment(cr)["fsm.order"].browse(job_id))
            self._charge(move)
            self._mail(move)

    def _bill(self, job):
        stage = self.meter.stage
        with stage("invoice"):
            sale_order = job.sale_line_id.order_id
            for line in sale_order.order_line:
                if line.qty_delivered_method == "manual":
                    line.qty_delivered = line.product_uom_qty
            move = sale_order._create_invoices(final=True)
        with stage("post"):
            move.action_post()
            move.env.cr.commit()
        return move

    def _charge(self, move):
        stage, cr = self.meter.stage, move.env.cr
        with stage("transaction"):
            transaction = create_transaction(move)
            cr.commit()
        with stage("charge"):
            transaction._charge_with_token()
            cr.commit()
        with stage("post-process"):
            transaction._post_process()
            cr.commit()

    def _mail(self, move):
        with self.meter.stage("mail"):
            template = move.env.ref("account.email_template_edi_invoice")
            template.send_mail(move.id, force_send=True)
            move.env.cr.commit()


def create_transaction(move):
    """Create the draft transaction of a charge with native calls."""
    token = move.env["payment.token"].search(
        [("partner_id", "=", move.partner_id.id)], limit=1
    )
    return move.env["payment.transaction"].create(
        {
            "provider_id": token.provider_id.id,
            "payment_method_id": token.payment_method_id.id,
            "amount": move.amount_residual,
            "currency_id": move.currency_id.id,
            "partner_id": move.partner_id.id,
            "token_id": token.id,
            "operation": "offline",
            "invoice_ids": [Command.set(move.ids)],
        }
    )


class Ours(Flow):
    """The technician completes the job; the job queue does the rest like a worker."""

    def watch(self):
        """Separate the stages of our flow; the cost of the queue is one of them."""
        registry, watch = self.registry, self.meter.watch
        watch(registry["sale.order.line"], "_deliver_with_job", "invoice")
        watch(registry["fsm.order"], "_create_order_invoices", "invoice")
        watch(registry["account.move"], "action_post", "post", within="complete")
        watch(registry["account.move"], "_start_collection", "transaction")
        watch(registry["account.move"], "_delay_message", "queue")
        watch(registry["account.move"], "_send_receipt", "mail")
        attempt = registry["paycollect.attempt"]
        watch(attempt, "_enqueue", "queue")
        watch(attempt, "_send", "transaction")
        watch(attempt, "_charge", "charge", until_next=True)
        watch(attempt, "_finish", "post-process", until_next=True)

    def run(self, job_id):
        with self.registry.cursor() as cr:
            with self.meter.stage("complete"):
                job = environment(cr, LOGIN)["fsm.order"].browse(job_id)
                job.action_complete()
                cr.commit()
        while uuids := self._take_jobs():
            for uuid in uuids:
                self._run_queue_job(uuid)

    def _take_jobs(self):
        """Take jobs like the runner, whose separate process costs the flow nothing."""
        with self.registry.cursor() as cr:
            cr.execute(
                "UPDATE queue_job SET state = 'enqueued' "
                "WHERE state = 'pending' RETURNING uuid"
            )
            return [uuid for (uuid,) in cr.fetchall()]

    def _run_queue_job(self, uuid):
        with self.meter.stage("queue"), self.registry.cursor() as cr:
            env = environment(cr)
            RunJobController._runjob(env, RunJobController._acquire_job(env, uuid))
