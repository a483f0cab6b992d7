"""The door of `python -m trainer`; `trainer.cli` is behind it.

In the repository it installs what the trainer needs where that is missing, as the other commands do.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

BOOTSTRAP = Path(__file__).resolve().parents[1] / "bootstrap.py"


def start() -> int:
    """Run the command; returns its exit status."""
    try:
        return _run()
    except ModuleNotFoundError as error:
        if not _install():
            return _say_missing(error)
    try:
        return _run()
    except ModuleNotFoundError as error:
        return _say_missing(error)


def _run() -> int:
    from trainer.cli import main

    return main()


def _install() -> bool:
    """Whether this is the repository, with its packages by now. Another Python may go on in this one's place."""
    if not BOOTSTRAP.is_file():
        return False
    import bootstrap

    if Path(bootstrap.__file__).resolve() != BOOTSTRAP:
        return False
    bootstrap.enter("train")
    importlib.invalidate_caches()
    return True


def _say_missing(error: ModuleNotFoundError) -> int:
    package = (error.name or str(error)).partition(".")[0]
    print(
        f"error: {package} is not installed; the trainer needs the extra `train`: pip install '.[train]'",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(start())
