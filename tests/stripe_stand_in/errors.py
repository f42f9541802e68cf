# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Stripe's error responses."""


class ApiError(Exception):
    """A response with an error body: https://docs.stripe.com/api/errors"""

    def __init__(self, status, error_type, message, code=None, **more):
        super().__init__(message)
        self.status = status
        self.error = {"type": error_type, "message": message, **more}
        if code:
            self.error["code"] = code

    @property
    def body(self):
        return {"error": self.error}


def invalid(message, param=None, code=None, status=400, **more):
    """Return the error for an invalid request."""
    if param:
        more["param"] = param
    return ApiError(status, "invalid_request_error", message, code, **more)


def missing(kind, object_id, param, status=400):
    """Return the error for a missing object; 404 if it is in the URL."""
    return invalid(
        f"No such {kind}: '{object_id}'", param, "resource_missing", status=status
    )


def declined(message, code, **more):
    """Return the error for a decline, with charge, decline_code, payment_intent, …"""
    return ApiError(402, "card_error", message, code, **more)
