# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""pytest plugin: run only the files that no other process takes, one at a time."""

import collections
import itertools

import pytest

from .turns import Turns


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    if session.testsfailed:
        return None  # pytest reports what it could not collect
    by_file = collections.defaultdict(list)
    for item in session.items:
        by_file[item.path].append(item)
    for file in iter(Turns.take, None):
        items = by_file[session.config.rootpath / file]
        if not items:
            raise pytest.UsageError(f"{file} has no tests")
        _run(session, items)
    return True


def _run(session, items):
    # pytest tears down what the next item does not need. After the last test of a file
    # it is the session: what lasts for the whole run stays.
    for item, following in itertools.pairwise([*items, session]):
        session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.shouldstop:
            raise session.Interrupted(session.shouldstop)
