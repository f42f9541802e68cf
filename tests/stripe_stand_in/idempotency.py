# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Idempotency keys: https://docs.stripe.com/api/idempotent_requests"""

import contextlib
import threading

from .errors import ApiError


class Keys:
    """Responses by key, stored for a day on the provider's clock.

    Any response is stored once execution began, including 5xx. Rejected parameters, a
    key in use and a busy provider are not stored.
    """

    def __init__(self, account):
        self._account = account
        self._lock = threading.Lock()
        self._slots = {}

    @contextlib.contextmanager
    def hold(self, key, asked):
        """Yield the key's slot, held until the response is sent.

        :param asked: path and parameters, to compare
        :raise ApiError: 400 if used with other parameters, 409 if in use
        """
        with self._lock:
            slot = self._find(key, asked)
            slot.busy = True
        try:
            yield slot
        finally:
            slot.busy = False
            if slot.answer is None:
                with self._lock:
                    del self._slots[key]

    def _find(self, key, asked):
        slot = self._slots.get(key)
        life = self._account.settings.key_life
        if slot and not slot.busy and slot.created <= self._account.now - life:
            slot = None  # dropped meanwhile
        if not slot:
            slot = self._slots[key] = Slot(asked, self._account.now)
        elif slot.asked != asked:
            raise ApiError(
                400,
                "idempotency_error",
                "Keys for idempotent requests can only be used with the same "
                "parameters they were first used with. Try using a key other than "
                f"'{key}' if you meant to execute a different request.",
            )
        elif slot.busy:
            raise ApiError(
                409,
                "idempotency_error",
                "There is currently another in-progress request using this "
                f"idempotency key ({key}).",
                "idempotency_key_in_use",
            )
        return slot

    def forget(self, word):
        """Drop the keys of requests with this word in their parameters."""
        with self._lock:
            for key, slot in list(self._slots.items()):
                if word in slot.asked and not slot.busy:
                    del self._slots[key]

    def age(self, seconds):
        for slot in self._slots.values():
            slot.created -= seconds


class Slot:
    def __init__(self, asked, created):
        self.asked, self.created = asked, created
        self.busy = False
        self.answer = None
