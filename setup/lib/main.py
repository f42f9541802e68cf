# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dispatch to one command; report every expected error in one sentence."""

import errno
import importlib
import os
import signal
import sys

from paycollect_setup import paths
from paycollect_setup.steps import DISK_FULL, Fault, Terminated


def _terminate(*_args):
    raise Terminated


def main():
    signal.signal(signal.SIGTERM, _terminate)
    signal.signal(signal.SIGHUP, _terminate)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["XDG_CACHE_HOME"] = os.environ["npm_config_cache"] = str(paths.CACHE)
    name, *argv = sys.argv[1:]
    try:
        return importlib.import_module(f"paycollect_setup.commands.{name}").main(argv)
    except Fault as fault:
        problem = fault
    except PermissionError as error:
        problem = (
            f"{error.filename} belongs to another user: run as that user, "
            f"or remove {paths.HOME} and start over."
        )
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        problem = DISK_FULL
    except KeyboardInterrupt:
        print("\nStopped. Run the same command to continue from here.", file=sys.stderr)
        return 130
    print(f"\nsetup/{name}: {problem}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
