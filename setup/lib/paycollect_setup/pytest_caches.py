# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""pytest plugin: after a test, forget cached values only where something has changed.

Odoo's test classes clear all caches of the registry after each test, although a cache
that nobody invalidated is as true after the rollback as before. Filling them again
(access rights, compiled templates, …) takes long. Here, like in production, a cache is
cleared if it was invalidated: by the test after it, by its class at the end of that.
"""

from unittest.mock import patch

from odoo.orm.registry import _CACHES_BY_KEY, Registry
from odoo.tests import TransactionCase

_clear_cache = Registry.clear_cache
_clear_all = Registry.clear_all_caches
_set_up = TransactionCase.setUp
_set_up_class = TransactionCase.setUpClass.__func__
_by_class = set()
_by_test = set()


def clear_cache(registry, *names):
    _by_test.update(names or ("default",))
    _clear_cache(registry, *names)


def clear_all_caches(registry):
    _by_test.update(_CACHES_BY_KEY)
    _clear_all(registry)


def _forget(registry, names):
    if names:
        _clear_cache(registry, *names)


def end_test(registry):
    _forget(registry, _by_test)
    _by_class.update(_by_test)
    _by_test.clear()


def end_class(registry):
    _forget(registry, _by_class | _by_test)


def _clear_names():
    _by_class.clear()
    _by_test.clear()


def set_up(case):
    _by_class.update(_by_test)  # so far, it was the class
    _by_test.clear()
    with patch.object(Registry, "clear_all_caches", end_test):
        _set_up(case)  # registers it for the cleanup


@classmethod
def set_up_class(cls):
    cls.addClassCleanup(_clear_names)
    patched = patch.object(Registry, "clear_all_caches", end_class)
    cls.addClassCleanup(patched.stop)
    _set_up_class(cls)
    cls.addClassCleanup(patched.start)  # for Odoo's own cleanup, which comes last


Registry.clear_cache = clear_cache
Registry.clear_all_caches = clear_all_caches
TransactionCase.setUp = set_up
TransactionCase.setUpClass = set_up_class
