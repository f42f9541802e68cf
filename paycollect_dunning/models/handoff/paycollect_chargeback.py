# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.paycollect_fsm.models.company.locks import wait_and_lock

from ...rules import evidence as rules
from ...rules.evidence import DONE

MAX_TEXT = 2000


class PaycollectChargeback(models.Model):
    """The proof for a chargeback: the same file as for an agency, from the jobs."""

    _inherit = "paycollect.chargeback"

    evidence_pdf = fields.Binary(
        string="Evidence (PDF)",
        readonly=True,
        attachment=True,
        groups="paycollect_fsm.group_user",
    )
    evidence_ids = fields.One2many(
        "paycollect.evidence",
        "chargeback_id",
        string="Evidence Sent",
        readonly=True,
        groups="account.group_account_invoice,account.group_account_readonly",
    )
    evidence_is_open = fields.Boolean(
        compute="_compute_evidence_is_open",
        compute_sudo=True,
        help="Evidence can be sent to the provider.",
    )

    @api.depends("evidence_ids.state", "evidence_ids.is_final", "state", "kind")
    def _compute_evidence_is_open(self):
        for chargeback in self:
            problem = rules.find_problem(
                chargeback.kind,
                chargeback.state,
                None,
                None,
                chargeback._has_sent_evidence(),
            )
            takes = chargeback.provider_id._takes_evidence()
            chargeback.evidence_is_open = takes and not problem

    def action_stage_evidence(self):
        """Button: make the evidence and store it at the provider as a draft
        (Collections users)."""
        self.env["paycollect.access"]._check_user(self)
        self._queue_evidence(is_final=False, now=fields.Datetime.now())

    def action_submit_evidence(self):
        """Button: make the evidence and submit it to the customer's bank. It can't be
        changed afterwards (Collections managers)."""
        self.env["paycollect.access"]._check_manager(self)
        self._queue_evidence(is_final=True, now=fields.Datetime.now())

    def _queue_evidence(self, is_final, now):
        """:raise UserError: if no evidence can be sent, with the reason"""
        self.ensure_one()
        chargeback = self.sudo()
        wait_and_lock(chargeback)
        problem = rules.find_problem(
            chargeback.kind,
            chargeback.state,
            chargeback.due_at,
            now,
            chargeback._has_sent_evidence(),
        )
        if not chargeback.provider_id._takes_evidence():
            problem = "no_api"
        elif not problem and not chargeback.move_ids:
            problem = "no_invoice"
        if problem:
            raise UserError(self._get_evidence_problem(problem))
        evidence = self.env["paycollect.evidence"].sudo()
        evidence._create_evidence(chargeback, is_final, self.env.user, now)

    def _has_sent_evidence(self):
        """Whether evidence is on its way, or was submitted for good."""
        return any(
            one._is_pending() or (one.is_final and one.state == DONE)
            for one in self.evidence_ids
        )

    def _get_evidence_problem(self, code):
        _ = self.env._
        return {
            "final": _("Bank returns are final. No evidence is taken."),
            "closed": _("The dispute is decided. No evidence is taken anymore."),
            "submitted": _(
                "Evidence was submitted or is on its way. Look at “Evidence Sent.”"
            ),
            "too_late": _("The deadline has passed. No evidence is taken anymore."),
            "no_api": _(
                "%s takes no evidence from here. Download it and submit it there.",
                self.sudo().provider_id.name,
            ),
            "no_invoice": _("There is no invoice behind this payment, so no evidence."),
        }[code]

    def _get_evidence_texts(self):
        """Return the texts beside the file, by Stripe's names."""
        customer = self.partner_id or self.transaction_id.partner_id
        jobs = self.move_ids.invoice_line_ids.mapped("name")
        address = customer._display_address(without_company=True) if customer else ""
        values = {
            "customer_name": customer.name,
            "customer_email_address": customer.email,
            "billing_address": ", ".join(
                part.strip(" ,") for part in address.splitlines() if part.strip(" ,")
            ),
            "product_description": "; ".join(filter(None, jobs))[:MAX_TEXT],
            "uncategorized_text": self.env._(
                "The attached file shows the order, the work with photos and "
                "signature, the invoices, the customer's authorization of the payment "
                "method, and every message."
            ),
        }
        return {name: value for name, value in values.items() if value}

    def _note_evidence(self, evidence):
        """The provider has the evidence: the task is done once it's submitted."""
        if evidence.is_final:
            self.message_post(body=self.env._("Evidence submitted to the bank."))
            self._update_activities()
        else:
            self.message_post(
                body=self.env._("Evidence stored at the provider as a draft.")
            )

    def _get_task(self):
        """Nothing is left to respond to once the evidence is submitted."""
        submitted = self.evidence_ids.filtered(
            lambda one: one.is_final and one.state == DONE
        )
        if submitted and self.state == "open":
            return None
        return super()._get_task()

    def action_download_evidence(self):
        """Button: make the evidence anew and download it (Collections users)."""
        self.ensure_one()
        self.env["paycollect.access"]._check_user(self)
        chargeback = self.sudo()
        if not chargeback.move_ids:
            raise UserError(
                self.env._("There is no invoice behind this payment, so no evidence.")
            )
        dossier = self.env["paycollect.dossier"].sudo()
        content = dossier._render_dossier(chargeback, fields.Datetime.now())
        chargeback.evidence_pdf = base64.b64encode(content)
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{self._name}/{self.id}/evidence_pdf/"
            f"evidence-{self.id}.pdf?download=true",
            "target": "download",
        }

    def _get_dossier_values(self, now):
        """Return what the PDF shows."""
        self.ensure_one()
        company = self.company_id
        customer = self.partner_id or self.transaction_id.partner_id
        customer = customer.commercial_partner_id
        facts = self.env["paycollect.dossier"]._get_facts(
            customer, company, self.move_ids, now
        )
        return facts | {
            "title": self.env._("Evidence for a disputed payment"),
            "reference": self.provider_reference,
            "company": company,
            "currency": self.currency_id,
            "claim": self.amount,
            "items": [],
            "promises": [],
            "statement": None,
            "authorization": self._get_authorization(),
        }

    def _get_authorization(self):
        """Return the payment, and the consent that its customer gave for the method."""
        transaction = self.transaction_id
        consents = self.env["paycollect.consent"].search(
            [("token_id", "=", transaction.token_id.id), ("token_id", "!=", False)],
            order="date",
        )
        channels = dict(consents._fields["channel"]._description_selection(self.env))
        return {
            "payment": transaction.reference,
            "provider_reference": transaction.provider_reference or "",
            "date": transaction.last_state_change or transaction.create_date,
            "method": transaction.token_id.display_name or "",
            "consents": [
                {
                    "date": consent.date,
                    "channel": channels.get(consent.channel, ""),
                    "ip": consent.ip_address or "",
                    "method": consent.method_label or "",
                    "text": consent.text_shown or "",
                    "revoked": consent.revoked_date or None,
                }
                for consent in consents
            ],
        }
