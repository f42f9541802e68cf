# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64

from odoo import models

from odoo.addons.paycollect_fsm.rules.masking import mask_card_numbers

from ...rules import evidence as rules
from ...rules.evidence import DONE, REFUSED, UNKNOWN
from ...rules.handoff_call import ANSWER_LENGTH
from .payment_provider import EvidenceAnswer


class PaycollectEvidence(models.Model):
    """Sending evidence: upload the file and commit, then submit it."""

    _inherit = "paycollect.evidence"

    def _make_ready(self, now):
        # What may have arrived is looked up, also after the deadline.
        if not self.tries and (code := self._find_problem(now)):
            self._set_refused(code, "", now)
            return False
        return bool(self.document) or self._make_document(now)

    def _find_problem(self, now):
        chargeback = self.chargeback_id
        return rules.find_problem(
            chargeback.kind, chargeback.state, chargeback.due_at, now, False
        )

    def _make_document(self, now):
        """Make the file; False if it is too large."""
        dossier = self.env["paycollect.dossier"]
        content = dossier._render_dossier(self.chargeback_id, now)
        self.document = base64.b64encode(content)
        if len(content) > rules.MAX_BYTES:
            self._set_refused("too_large", "", now)
            return False
        return True

    # -- the provider ----------------------------------------------------------------

    def _exchange(self, now):
        """Upload the file, then update the dispute; each step once."""
        provider = self.chargeback_id.provider_id
        reference = self.chargeback_id.provider_reference
        if self.tries > 1 and self.file_reference:
            found = provider._has_evidence(reference, self._get_mark())
            if found is None:
                self._note(EvidenceAnswer(UNKNOWN), now)
                return
            if found:
                self._note(EvidenceAnswer(DONE, text=self.answer or ""), now)
                return
        if not self.file_reference:
            answer = provider._upload_evidence(
                f"evidence-{reference}.pdf",
                base64.b64decode(self.document),
                self._get_key("file"),
            )
            if answer.state != DONE:
                self._note(answer, now)
                return
            self.file_reference = answer.reference
            self._commit()
        answer = provider._update_evidence(
            reference,
            self.chargeback_id._get_evidence_texts(),
            self.file_reference,
            self.is_final,
            self._get_mark(),
            self._get_key("update"),
        )
        self._note(answer, now)

    def _get_key(self, step):
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        return rules.get_key(database, self.id, step)

    def _get_mark(self):
        return self._get_key("mark")

    def _note(self, answer, now):
        """Record an answer and what follows from it."""
        text = mask_card_numbers((answer.text or "")[:ANSWER_LENGTH])
        if answer.state == REFUSED:
            self._set_refused("answer", text, now)
        elif answer.state == DONE:
            self.write(
                {
                    "state": DONE,
                    "answer": text,
                    "done_at": now,
                    "next_try_at": False,
                    "reason_code": False,
                }
            )
            self.chargeback_id._note_evidence(self)
        else:
            wait = rules.get_wait(self.tries, self.chargeback_id.due_at, now)
            self.write(
                {
                    "state": UNKNOWN,
                    "answer": text or self.answer,
                    "reason_code": "no_answer",
                    "next_try_at": wait and now + wait,
                }
            )
            if wait:
                self._enqueue(eta=now + wait)
            else:
                self._report(now)

    def _set_refused(self, code, answer, now):
        self.write(
            {
                "state": REFUSED,
                "reason_code": code,
                "answer": answer,
                "done_at": now,
                "next_try_at": False,
            }
        )
        self._report(now)

    def _report(self, now):
        """Tell a person: the deadline doesn't wait."""
        chargeback = self.chargeback_id
        self.company_id._schedule_collection_activity(
            chargeback,
            self.env._("Evidence for %s didn't arrive", chargeback.provider_reference),
            self.env._(
                "%(reason)s %(answer)s Look at the dispute in the provider's dashboard "
                "and submit the evidence there, or fix the cause and send it again.",
                reason=self.reason,
                answer=self.answer or "",
            ),
            code="evidence",
            now=now,
        )
