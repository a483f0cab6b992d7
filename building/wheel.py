"""The step that puts the models into the wheel: in the repository they lie in static/, where the page has them too.

setuptools loads this file by itself, so it imports nothing of the house.
"""

from __future__ import annotations

from pathlib import Path

from setuptools.command.build_py import build_py

MODELS = Path(__file__).resolve().parents[1] / "static" / "models"
# Where app/models.py looks for them.
PLACE = Path("app", "shipped_models")


class BuildWithModels(build_py):
    """Python files and package data as ever, then static/models as app/shipped_models."""

    def run(self) -> None:
        """Raises FileNotFoundError where the repository has no models."""
        super().run()
        # An editable installation reads them where they are.
        if self.editable_mode:
            return
        folder = Path(self.build_lib) / PLACE
        folder.mkdir(parents=True, exist_ok=True)
        for model in _models():
            self.copy_file(str(model), str(folder / model.name))

    def get_source_files(self) -> list[str]:
        """What a source distribution must hold, so that a wheel can be made of it."""
        ours = [Path(__file__).resolve(), *_models()]
        return [*super().get_source_files(), *(path.relative_to(MODELS.parents[1]).as_posix() for path in ours)]

    def get_outputs(self, include_bytecode: bool = True) -> list[str]:
        """Every file that this step writes."""
        folder = Path(self.build_lib) / PLACE
        models = [] if self.editable_mode else [str(folder / model.name) for model in _models()]
        return [*super().get_outputs(include_bytecode), *models]


def _models() -> list[Path]:
    found = sorted(path for path in MODELS.iterdir() if path.is_file())
    if not found:
        raise FileNotFoundError(f"no models in {MODELS}: take that folder from the repository again")
    return found
