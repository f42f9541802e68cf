# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""Dispatch to one command; turn every foreseeable fault into one sentence."""

import importlib
import os
import signal
import sys

from paycollect_setup.steps import Fault


def _interrupt(*_args):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    name, *argv = sys.argv[1:]
    try:
        return importlib.import_module(f"paycollect_setup.commands.{name}").main(argv)
    except Fault as fault:
        print(f"\nsetup/{name}: {fault}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. The same command goes on from here.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
