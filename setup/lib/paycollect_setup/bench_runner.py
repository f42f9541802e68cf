# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""The process of a benchmark: NAME [ARGS…] calls bench_NAME.main(ARGS, lab)."""

import importlib
import sys

from .lab import Lab


def main():
    name, *argv = sys.argv[1:]
    lab = Lab(guarded=False)
    try:
        return importlib.import_module(f"bench_{name}").main(argv, lab)
    finally:
        lab.close()


if __name__ == "__main__":
    sys.exit(main())
