# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Is a request from Twilio genuine?

https://www.twilio.com/docs/usage/security#validating-requests
"""

import base64
import hashlib
import hmac


def sign(url, params, token):
    """Return Twilio's signature of a POST request.

    :param str url: as Twilio was told to call it
    :param dict params: the form
    :param str token: the account's auth token

    >>> sign("https://a.example/sms", {"To": "+1", "Body": "STOP"}, "12345")
    'f+2lOzo9stz0knenhhMHOSuIYmo='
    """
    text = url + "".join(f"{key}{params[key]}" for key in sorted(params))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_genuine(signature, url, params, token):
    """Return whether the account signed the request.

    >>> is_genuine("f+2lOzo9stz0knenhhMHOSuIYmo=", "https://a.example/sms",
    ...     {"To": "+1", "Body": "STOP"}, "12345")
    True
    >>> is_genuine("", "https://a.example", {}, "12345"), is_genuine("x", "", {}, "")
    (False, False)
    """
    if not token or not signature or not signature.isascii():
        return False
    return hmac.compare_digest(sign(url, params, token), signature)
