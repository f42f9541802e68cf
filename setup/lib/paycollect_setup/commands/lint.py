# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl).
"""setup/lint [--fix]: the linters, with pre-commit's versions and settings."""

import argparse
import json
import os
import re
import subprocess
import sys

from .. import node_env, paths, python_env, rooms, system
from ..steps import Fault, locked, step

VENV = paths.HOME / "venv-lint"
NODE = paths.HOME / "node"
PRETTIER = {".cjs", ".css", ".js", ".json", ".scss", ".xml", ".yaml", ".yml"}
ESLINT = {".cjs", ".js"}
FOREIGN = re.compile(
    r"package-lock\.json$|/static/(src/)?lib/|/static/description/index\.html$"
)


def main(argv):
    parser = argparse.ArgumentParser(prog="setup/lint", description=__doc__)
    parser.add_argument("--fix", action="store_true", help="fix what can be fixed")
    fix = parser.parse_args(argv).fix
    _prepare()
    failed = [name for name, command in _linters(fix) if not _passes(name, command)]
    if not _keep_their_rooms():
        failed.append("rooms")
    if failed:
        print(f"setup/lint: {', '.join(failed)} failed; setup/lint --fix may help.")
    else:
        print("setup/lint: all checks passed.")
    return bool(failed)


def _keep_their_rooms():
    """Return whether no lower room of an addon calls a higher one."""
    addons = sorted(path.parents[1] for path in paths.ROOT.glob("*/models/__init__.py"))
    return not rooms.main(addon for addon in addons if (addon / "rules").is_dir())


def _prepare():
    paths.HOME.mkdir(exist_ok=True)
    _compare_with_pre_commit()
    with locked("prepare"):
        system.require(["python3-venv"])
    with locked("prepare-lint"):
        python_env.ensure(VENV, ["lint", node_env.LIST])
        node_env.ensure(NODE, paths.SETUP / "node", VENV)


def _compare_with_pre_commit():
    """Fail if .pre-commit-config.yaml has different versions than we run."""
    config = (paths.ROOT / ".pre-commit-config.yaml").read_text()
    node = json.loads((paths.SETUP / "node" / "package.json").read_text())
    pins = dict(re.findall(r"^([\w-]+)==(\S+)$", _lint_list(), re.MULTILINE))
    expected = [
        f"{name}@{version}" for name, version in node["devDependencies"].items()
    ]
    expected += [f"ruff-pre-commit\n    rev: v{pins['ruff']}\n"]
    expected += [f"pylint-odoo\n    rev: v{pins['pylint-odoo']}\n"]
    for text in expected:
        if text not in config:
            raise Fault(
                f"the version of {text.split()[0]} in .pre-commit-config.yaml differs "
                "from setup/requirements/lint.txt or setup/node: use the same one."
            )


def _lint_list():
    return (paths.REQUIREMENTS / "lint.txt").read_text()


def _linters(fix):
    """Yield each linter's name and command; no command if it has no files."""
    python, node = VENV / "bin", NODE / "node_modules" / ".bin"
    fixing = ["--fix"] if fix else []
    checking = [] if fix else ["--check"]
    concise = ["--quiet", "--output-format=concise"]
    yield "ruff", [python / "ruff", "check", *concise, *fixing, "."]
    yield "ruff format", [python / "ruff", "format", "--quiet", *checking, "."]
    files = _files(PRETTIER)
    mode = checking or ["--write", "--list-different"]
    yield (
        "prettier",
        files and [node / "prettier", "--no-color", "--log-level=warn", *mode, *files],
    )
    files = _files(ESLINT)
    yield "eslint", files and [node / "eslint", "--max-warnings=0", *fixing, *files]
    addons = [addon.name for addon in paths.addons()]
    pylint = [python / "pylint", "--rcfile=.pylintrc-mandatory", "--jobs=2"]
    yield "pylint-odoo", addons and [*pylint, *addons]


def _files(suffixes):
    """Return our files with these suffixes, including uncommitted ones."""
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(
        git, cwd=paths.ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        raise Fault(f"git could not list our files: {listed.stderr.strip()}")
    return [
        name
        for name in sorted(set(listed.stdout.split("\0")))
        if os.path.splitext(name)[1] in suffixes
        and not FOREIGN.search(name)
        and (paths.ROOT / name).is_file()
    ]


def _passes(name, command):
    if not command:
        return True
    environment = node_env.environment(VENV) | {"NODE_PATH": str(NODE / "node_modules")}
    with step(name):
        process = subprocess.run(
            command,
            cwd=paths.ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    sys.stdout.write(process.stdout)
    return process.returncode == 0
