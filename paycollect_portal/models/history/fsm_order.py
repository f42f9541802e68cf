# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
from odoo import models
from odoo.fields import Domain

from ...rules.history import (
    CREDITED,
    ON_ITS_WAY,
    OPEN,
    OVERDUE,
    PAID,
    PARTLY_PAID,
    get_payment_state,
)

# What browsers show as a picture and can't run.
PHOTOS = ("image/jpeg", "image/png", "image/gif", "image/webp")
REPORTS = ("application/pdf",)
COLORS = {
    PAID: "text-bg-success",
    CREDITED: "text-bg-success",
    ON_ITS_WAY: "text-bg-info",
    OVERDUE: "text-bg-danger",
}


class FsmOrder(models.Model):
    """A job as its customer sees it: the one who pays, and the owner of the site."""

    _inherit = "fsm.order"

    def _get_history_domain(self, customer, company):
        """Return the domain of the jobs that concern a customer.

        The payer, who ordered it, the site's owner and contact, and followers; always
        by their commercial partner.
        """
        paths = (
            "sale_line_id.order_id.partner_invoice_id",
            "sale_line_id.order_id.partner_id",
            "sale_id.partner_invoice_id",
            "sale_id.partner_id",
            "location_id.owner_id",
            "location_id.contact_id",
            "message_partner_ids",
        )
        return Domain.AND(
            [
                Domain("company_id", "=", company.id),
                Domain("stage_id.portal_visible", "=", True),
                Domain.OR(
                    Domain(f"{path}.commercial_partner_id", "=", customer.id)
                    for path in paths
                ),
            ]
        )

    def _get_history_rows(self, customer, today):
        """Return what the customer sees of each of these jobs (sudo), in bulk.

        Invoices and what became of them only for who pays them.

        :return: list of dicts ``job``, ``title``, ``date``, ``worker``, ``invoices``
        """
        labels = self._get_payment_labels()
        self.invoice_lines.move_id.transaction_ids.mapped("state")  # read in bulk
        return [
            {
                "job": job,
                "title": job._get_work_title() or job.name,
                "date": job.date_end or job.scheduled_date_start or job.request_early,
                "worker": job.person_id.name or "",
                "invoices": [
                    job._prepare_history_invoice(move, today, labels)
                    for move in job._get_history_invoices(customer)
                ],
            }
            for job in self
        ]

    def _get_history_invoices(self, customer):
        return self.invoice_lines.move_id.filtered(
            lambda move: (
                move.state == "posted"
                and move.is_sale_document()
                and move.commercial_partner_id == customer
            )
        ).sorted("id")

    def _prepare_history_invoice(self, move, today, labels):
        residual = move.amount_residual
        state = get_payment_state(
            move.payment_state,
            0 if move.currency_id.is_zero(residual) else residual,
            move.invoice_date_due,
            today,
            move._has_pending_transaction(move.transaction_ids),
        )
        return {
            "move": move,
            "residual": residual,
            "label": labels[state],
            "color": COLORS.get(state, "text-bg-secondary"),
        }

    def _get_payment_labels(self):
        _ = self.env._
        return {
            PAID: _("Paid"),
            CREDITED: _("Credited"),
            ON_ITS_WAY: _("Payment on its way"),
            PARTLY_PAID: _("Partly paid"),
            OVERDUE: _("Overdue"),
            OPEN: _("Open"),
        }

    def _get_history_files(self):
        """Return the job's photos and reports that its customer may see (sudo).

        Files in messages the customer may read, and photos on the job itself; never
        what employees only noted internally.
        """
        self.ensure_one()
        messages = self.message_ids
        public = messages.filtered(
            lambda message: not message.is_internal and not message.subtype_id.internal
        )
        files = public.attachment_ids.filtered(
            lambda file: file.mimetype in PHOTOS + REPORTS
        )
        photos = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("res_field", "=", False),
                ("mimetype", "in", PHOTOS),
                ("id", "not in", messages.attachment_ids.ids),
            ]
        )
        return (files | photos).sorted("id")
