# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import fields, models
from odoo.exceptions import UserError


class PaycollectChargeback(models.Model):
    """The proof for a chargeback: the same file as for an agency, from the jobs."""

    _inherit = "paycollect.chargeback"

    evidence_pdf = fields.Binary(
        string="Evidence (PDF)",
        readonly=True,
        attachment=True,
        groups="paycollect_fsm.group_user",
    )

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
