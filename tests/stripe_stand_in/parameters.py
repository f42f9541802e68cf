# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Rejects the parameters that Stripe would reject.

The typed parameters of the `stripe` package are the specification: they are
generated from Stripe's own API description.
"""

import importlib
import types
import typing
from functools import cache

import typing_extensions as typed
from stripe._request_options import RequestOptions

from .errors import invalid

# Everything that payment_stripe sends in a format missing from the current types but
# accepted by Stripe.
LEGACY_VERSION = "2019-05-16"
LEGACY_PARAMETERS = {
    # renamed to allowed_payment_method_types in a 2026 version
    "PaymentIntentCreate": {"payment_method_types": list[str]},
    "SetupIntentCreate": {"payment_method_types": list[str]},
}
# It uses `requests`, which encodes Python's booleans as printed. (It also sends the
# parameters of GET requests in the body, see server.py.)
LEGACY_BOOLEANS = {"True": True, "False": False}
BOOLEANS = {"true": True, "false": False}
# SDK options, not API parameters.
OPTIONS = frozenset(RequestOptions.__annotations__)
UNION = (typing.Union, types.UnionType)


class Wrong(Exception):
    """A value that does not match its type."""


def check(name, values, version):
    """Return the values converted to their types, including nested ones.

    :param name: of the class in `stripe.params`, without "Params"
    :param version: API version of the request
    :raise ApiError: 400, like Stripe
    """
    legacy = version == LEGACY_VERSION
    hints = _get_hints(_get_class(name))
    if legacy:
        hints = hints | LEGACY_PARAMETERS.get(name, {})
    required = _get_class(name).__required_keys__
    return Checker(legacy).check_dict(hints, required, values, "")


@cache
def _get_class(name):
    letters = [f"_{c.lower()}" if c.isupper() else c for c in name]
    module = importlib.import_module(f"stripe.params.{''.join(letters)}_params")
    return getattr(module, f"{name}Params")


@cache
def _get_hints(cls):
    # the options' annotations use names missing from the module of the class
    names = {"StripeContext": object, "Mapping": typing.Mapping}
    hints = typed.get_type_hints(cls, localns=names)
    return {key: hint for key, hint in hints.items() if key not in OPTIONS}


class Checker:
    """Converts strings to the declared types."""

    def __init__(self, legacy):
        self.booleans = BOOLEANS | (LEGACY_BOOLEANS if legacy else {})

    def check_dict(self, hints, required, values, path):
        for key in values:
            if key not in hints:
                name = _join(path, key)
                raise invalid(
                    f"Received unknown parameter: {name}", name, "parameter_unknown"
                )
        for key in hints:
            if key in required and values.get(key, "") in ("", None):
                name = _join(path, key)
                raise invalid(
                    f"Missing required param: {name}.", name, "parameter_missing"
                )
        return {
            key: self._check_param(hints[key], value, _join(path, key))
            for key, value in values.items()
        }

    def _check_param(self, hint, value, path):
        try:
            return self._convert(hint, value, path)
        except Wrong as wrong:
            raise invalid(f"Invalid {path}: {wrong}", path) from wrong

    def _convert(self, hint, value, path):
        origin = typing.get_origin(hint)
        if origin in UNION:
            return self._convert_union(typing.get_args(hint), value, path)
        if origin is typed.Literal:
            return self._convert_literal(typing.get_args(hint), value)
        if origin is list:
            return self._convert_list(typing.get_args(hint)[0], value, path)
        if typed.is_typeddict(hint):
            if isinstance(value, dict):
                required = hint.__required_keys__
                return self.check_dict(_get_hints(hint), required, value, path)
            raise Wrong("must be a hash")
        if origin is not None:  # Dict[str, str] and its untyped cousin: metadata
            if isinstance(value, dict) and _are_strings(value.values()):
                return value
            raise Wrong("must be a hash of strings")
        return self._convert_scalar(hint, value)

    def _convert_union(self, hints, value, path):
        """Convert to the first matching alternative; only known enum values match.

        The types also allow any other string; Stripe does not.
        """
        literals = [h for h in hints if typing.get_origin(h) is typed.Literal]
        if any(len(typing.get_args(literal)) > 1 for literal in literals):
            hints = [hint for hint in hints if hint is not str]
        error = Wrong("is invalid")
        for hint in sorted(hints, key=lambda hint: hint is str):
            if hint is type(None):
                continue
            try:
                return self._convert(hint, value, path)
            except Wrong as wrong:
                error = wrong
        raise error

    def _convert_literal(self, choices, value):
        if isinstance(value, str) and value in choices:
            return value
        raise Wrong(f"must be one of {', '.join(map(str, choices))}")

    def _convert_list(self, item, value, path):
        if value == "":
            return []
        if not isinstance(value, list):
            raise Wrong("must be an array")
        return [
            self._convert(item, one, f"{path}[{number}]")
            for number, one in enumerate(value)
        ]

    def _convert_scalar(self, hint, value):
        if not isinstance(value, str):
            raise Wrong("must be a single value")
        if hint is bool:
            if value in self.booleans:
                return self.booleans[value]
            raise Wrong(f"must be a boolean, not {value}")
        if hint in (int, float):
            try:
                return hint(value)
            except ValueError:
                raise Wrong(f"must be a number, not {value}") from None
        return value


def _are_strings(values):
    return all(isinstance(value, str) for value in values)


def _join(path, key):
    return f"{path}[{key}]" if path else key
