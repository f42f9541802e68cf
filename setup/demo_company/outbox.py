# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Captures what the addons queue instead of sending it."""

from contextlib import ExitStack
from types import SimpleNamespace
from unittest.mock import patch


class Outbox:
    """Collects charges and messages; nothing is queued inside the block.

    ``decline`` is the bank's response to declined charges: the provider's code, the
    network's code and the text.
    """

    def __init__(self, env):
        self.decline = ("", "", "")
        self._env = env
        self._attempts = []
        self._messages = []
        self._patches = ExitStack()

    def __enter__(self):
        for model, method, replacement in (
            ("paycollect.attempt", "_enqueue", self._take_attempts()),
            ("paycollect.attempt", "_enqueue_question", lambda attempts: None),
            ("paycollect.attempt", "_commit", _flush),
            ("paycollect.consent", "_send_copy", lambda consents: None),
            ("paycollect.event", "_enqueue", lambda events, eta=None: None),
            ("account.move", "_delay_message", self._take_message()),
            ("paycollect.hour.block", "_queue_refill", _refill),
            ("sale.order", "_post_fsm_message", _note_jobs),
            ("mail.mail", "create", _refuse),
            ("paycollect.dunning.case", "_commit", _flush),
            ("paycollect.dunning.case", "_rollback", _fail),
            ("paycollect.dunning.message", "_commit", _flush),
            ("paycollect.dunning.message", "_create_mails", _create_nothing),
            ("paycollect.dunning.message", "_attach_statements", _mark_statements),
            ("paycollect.handoff", "_commit", _flush),
            ("paycollect.handoff", "_rollback", _fail),
            ("paycollect.invitation", "_commit", _flush),
            ("paycollect.invitation", "_rollback", _fail),
            ("portal.wizard.user", "_send_email", lambda line: True),
            ("payment.transaction", "_set_error", self._say_why()),
            ("payment.transaction", "_note_answer", self._say_code()),
        ):
            self._patches.enter_context(
                patch.object(self._env.registry[model], method, replacement)
            )
        return self

    def __exit__(self, *error):
        return self._patches.__exit__(*error)

    def take_attempts(self):
        """Return the attempts planned since the last call."""
        taken, self._attempts = self._attempts, []
        return taken

    def take_messages(self):
        """Return (invoice, ``receipt`` or ``invoice``) pairs since the last call."""
        taken, self._messages = self._messages, []
        return taken

    def _take_attempts(self):
        return lambda attempts, _now=None: self._attempts.extend(attempts)

    def _take_message(self):
        return lambda move, _method, kind: self._messages.append((move, kind))

    def _say_why(self):
        original = self._env.registry["payment.transaction"]._set_error
        return lambda transactions, text, **options: original(
            transactions, self.decline[2] or text, **options
        )

    def _say_code(self):
        def note(_transaction, exchange, _payment_data):
            code, network, _text = self.decline
            if code:
                exchange.body = {
                    "error": {"decline_code": code, "network_decline_code": network}
                }

        return note


def _refuse(_mails, vals_list):
    raise AssertionError(f"the history must not create emails: {vals_list}")


def _flush(records):
    records.env.flush_all()


def _fail(_records):
    raise AssertionError("a step of the history failed: see the log")


def _refill(blocks):
    for block in blocks:
        block._refill()


def _create_nothing(messages):
    """Stand in for the emails of these reminders."""
    return [SimpleNamespace(id=False) for _message in messages]


def _mark_statements(messages, _now):
    """Attach no PDF: without a server, it has no styles."""
    messages.filtered("level_id.attach_statement").has_statement = True


def _note_jobs(order, jobs):
    """Log the created jobs without the recipient-less emails of field service."""
    names = ", ".join(jobs.mapped("name"))
    order._message_log(body=f"Field service jobs were created: {names}.")
