"""The door of `python -m trainer`; `trainer.cli` is behind it."""

from __future__ import annotations

import sys

try:
    from trainer.cli import main
except ModuleNotFoundError as error:
    sys.exit(f"error: {error.name} is not installed; the trainer needs the extra `train`: pip install '.[train]'")

if __name__ == "__main__":
    sys.exit(main())
