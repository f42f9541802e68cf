# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""pytest plugin: write the duration of each file, including its setup."""

import collections
import os
from pathlib import Path
from time import CLOCK_MONOTONIC, clock_gettime

import pytest

from . import seconds

_took = collections.Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item):
    # pytest's own measurement is wrong if a test freezes the time.
    begin = clock_gettime(CLOCK_MONOTONIC)
    try:
        return (yield)
    finally:
        _took[item.location[0]] += clock_gettime(CLOCK_MONOTONIC) - begin


def pytest_sessionfinish():
    seconds.write(Path(os.environ["PAYCOLLECT_SECONDS"]), _took)
