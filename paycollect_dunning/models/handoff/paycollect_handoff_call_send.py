# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
import base64
import json
import logging
from datetime import UTC, timedelta

import requests
from psycopg2 import OperationalError

from odoo import api, fields, models

from odoo.addons.paycollect_fsm.rules.masking import mask_card_numbers

from ...rules import handoff_call
from ...rules.handoff_call import (
    DONE,
    KEY_HEADER,
    PENDING,
    REFUSED,
    SENDING,
    SIGNATURE_HEADER,
    SUPERSEDED,
    TIMESTAMP_HEADER,
    UNKNOWN,
)

_logger = logging.getLogger(__name__)
# A call whose worker died is repeated: later than any call can take.
LOST_AFTER = timedelta(minutes=15)
HELD_FOR = timedelta(hours=1)
BATCH = 50


class PaycollectHandoffCall(models.Model):
    """Calling the agency: claim and commit, send, record and commit."""

    _inherit = "paycollect.handoff.call"

    def _send(self, now=None):
        """Send the call once and record the answer.

        Called by the job queue (at least once) and by the sweep.

        :param now: naive UTC datetime
        :return: a sentence for the job's log
        """
        self.ensure_one()
        now = now or fields.Datetime.now()
        call = self._as_system()
        request = call._claim(now)
        call._commit()
        if request:
            call._note(*call._post(request), now)
            call._commit()
        return call.reason or call.state

    def _claim(self, now):
        """Return what to send, and record that it may have been sent; else None."""
        handoff = self.handoff_id
        if not self.try_lock_for_update() or not handoff.try_lock_for_update():
            return None
        if self.state not in PENDING or (
            self.state == SENDING and self.next_try_at and self.next_try_at > now
        ):
            return None
        if code := self._get_hold():
            self.write({"reason_code": code, "next_try_at": now + HELD_FOR})
            return None
        if not self.tries and self.event != "recalled":
            handoff._follow(now)
            if self.state == SUPERSEDED:
                return None
        if not self.request_body:
            self.request_body = base64.b64encode(handoff._get_body(self, now))
        self.write(
            {
                "state": SENDING,
                "tries": self.tries + 1,
                "sent_at": self.sent_at or now,
                "next_try_at": now + LOST_AFTER,
                "reason_code": False,
            }
        )
        return self._prepare_request(now)

    def _get_hold(self):
        """Return why nothing may be sent now, or None."""
        agency, company = self.handoff_id.agency_id, self.company_id
        if company._is_neutralized():
            return "copied"
        if company._has_moved():
            return "moved"
        if not company.collection_active:
            return "off"
        if not agency.secret or not handoff_call.is_safe_url(agency.server_url):
            return "no_secret"
        if not self.env["paycollect.dossier"]._can_render():
            return "no_pdf"
        return None

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

    @api.model
    def _send_due(self, now):
        """Send what no job sent, and repeat what has no clear answer."""
        due = self.search(
            [("next_try_at", "<=", now), ("state", "in", PENDING)],
            order="next_try_at, id",
            limit=BATCH,
        )
        for call in due:
            try:
                call._send(now)
            except OperationalError as error:
                _logger.info("Call %s waits: %s", call.idempotency_key, error)
                call._rollback()


def get_reference(text):
    """Return the agency's own reference from its answer, or None."""
    try:
        found = json.loads(text)
    except ValueError:
        return None
    reference = found.get("reference") if isinstance(found, dict) else None
    return str(reference)[:64] if reference else None
