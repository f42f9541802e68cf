# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import json
from datetime import UTC

import requests

from odoo import api, models

from odoo.addons.paycollect_fsm.rules.masking import mask_card_numbers

from ...rules import handoff_call
from ...rules.handoff_call import (
    DONE,
    KEY_HEADER,
    REFUSED,
    SIGNATURE_HEADER,
    SUPERSEDED,
    TIMESTAMP_HEADER,
    UNKNOWN,
)


class PaycollectHandoffCall(models.Model):
    """Calling the agency with the whole claim."""

    _inherit = "paycollect.handoff.call"

    def _make_ready(self, now):
        handoff = self.handoff_id
        if not handoff.try_lock_for_update():
            return False
        if not self.tries and self.event != "recalled":
            handoff._follow(now)
            if self.state == SUPERSEDED:
                return False
        if not self.request_body:
            self.request_body = base64.b64encode(handoff._get_body(self, now))
        return True

    def _exchange(self, now):
        self._note(*self._post(self._prepare_request(now)), now)

    def _get_hold(self):
        agency = self.handoff_id.agency_id
        hold = super()._get_hold()
        if not hold or hold == "no_pdf":
            if not agency.secret or not handoff_call.is_safe_url(agency.server_url):
                return "no_secret"
        return hold

    def _prepare_request(self, now):
        """Return the arguments of ``requests.post``."""
        agency = self.handoff_id.agency_id
        body = base64.b64decode(self.request_body)
        timestamp = int(now.replace(tzinfo=UTC).timestamp())
        return {
            "url": agency.server_url,
            "data": body,
            "headers": {
                "Content-Type": "application/json",
                KEY_HEADER: self.idempotency_key,
                TIMESTAMP_HEADER: str(timestamp),
                SIGNATURE_HEADER: handoff_call.sign(agency.secret, timestamp, body),
            },
            "allow_redirects": False,
            "stream": True,
        }

    @api.model
    def _post(self, request):
        """Return HTTP status and text of the answer; (None, error) without one."""
        try:
            with requests.post(**request, timeout=handoff_call.TIMEOUT) as response:
                length = handoff_call.ANSWER_LENGTH * 4
                content = next(response.iter_content(length), b"")
                return response.status_code, content.decode("utf-8", "replace")
        except requests.RequestException as error:
            return None, type(error).__name__

    def _note(self, status, text, now):
        """Record an answer and what follows from it.

        :param status: HTTP status; None without an answer
        """
        secret = self.handoff_id.agency_id.secret
        outcome = handoff_call.get_outcome(status)
        answer = mask_card_numbers(handoff_call.clean_answer(text, secret))
        vals = {
            "status": status,
            "answer": answer,
            "reason_code": "status" if status else "no_answer",
            "next_try_at": False,
        }
        if outcome != UNKNOWN:
            vals["done_at"] = now
        if self.state == SUPERSEDED:
            self.write(vals)
        elif outcome == UNKNOWN:
            wait = handoff_call.get_wait(self.tries)
            self.write(vals | {"state": UNKNOWN, "next_try_at": wait and now + wait})
            self._after_unknown(now)
        else:
            self.write(vals | {"state": outcome})
        if outcome == DONE:
            self.handoff_id._set_sent(now, get_reference(text))
        elif self.state == REFUSED:
            self.handoff_id._note_refusal(self, now)

    def _after_unknown(self, now):
        if self.next_try_at:
            self._enqueue(eta=self.next_try_at)
        else:
            self.handoff_id._report_call(self, now)


def get_reference(text):
    """Return the agency's own reference from its answer, or None."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    reference = found.get("reference") if isinstance(found, dict) else None
    return str(reference)[:64] if reference else None
