"""Train the narrow detector on pictures made anew for every step; interrupted, it goes on where it stopped.

Where there is a GPU, it is used, and the processors make pictures; the pictures are the same either way.
"""

from __future__ import annotations

import copy
import io
import itertools
import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import cv2
import joblib

from app.files import sha256_of, write_json, write_whole
from trainer.data.dataset import DataError
from trainer.detector.masked_loss import MaskedLoss, new_network
from trainer.detector.trained import SIDE_PX, check_same_training
from trainer.pictures.wild import Material, Pictures, collate
from trainer.tools.progress import Progress
from trainer.tools.torch_parts import import_torch_parts

STEPS_BETWEEN_SAVES = 100


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one training goes. `steps` of `batch` pictures; the average of late weights is what comes out."""

    steps: int
    learning_rate: float
    warmup_steps: int
    batch: int = 32
    last_rate_share: float = 0.01
    weight_decay: float = 0.0005
    average_decay: float = 0.998
    largest_gradient: float = 10.0
    seed: int = 0

    def rate(self, step: int) -> float:
        """The learning rate of a step: a linear rise, then half a cosine down."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        done = (step - self.warmup_steps) / max(1, self.steps - self.warmup_steps)
        share = self.last_rate_share + (1 - self.last_rate_share) * (1 + math.cos(math.pi * done)) / 2
        return self.learning_rate * share


# First without a single ordinary photograph, so that every fold may start from the same network; then with them.
BASE = Recipe(steps=3000, learning_rate=0.004, warmup_steps=100)
WITH_WILD = Recipe(steps=2800, learning_rate=0.003, warmup_steps=50)
# The same from a network that learned from COCO: it has less to learn, and less to forget.
BASE_FROM_COCO = Recipe(steps=1500, learning_rate=0.003, warmup_steps=100)
WITH_WILD_FROM_COCO = Recipe(steps=800, learning_rate=0.0015, warmup_steps=50)


def train(
    folder: Path, title: str, material: Material, data_hash: str, recipe: Recipe, start: Path | None, progress: Progress
) -> Path:
    """Train and write `folder`/detector.pt, a checkpoint that ultralytics reads; returns it.

    Args:
        start: a checkpoint of this function to start from; None: untrained.

    Raises:
        DataError: the folder holds a training of another recipe, other data or another start.
    """
    finished = folder / "detector.pt"
    start_hash = "none" if start is None else sha256_of(start)
    made_from = {"recipe": asdict(recipe), "data": data_hash, "start_weights": start_hash}
    check_same_training(folder, made_from)
    if finished.is_file():
        return finished
    torch = import_torch_parts()
    write_json(folder / "made-from.json", made_from)
    torch.manual_seed(recipe.seed)
    network = new_network()
    if start is not None:
        network.load_state_dict(torch.load(start, map_location="cpu", weights_only=False)["model"].state_dict())
    run = _Run(torch, network, recipe)
    state_file = folder / "weights" / "state.pt"
    if state_file.is_file():
        run.restore(torch.load(state_file, map_location="cpu", weights_only=True))
        progress.say(f"{title}: going on after step {run.step} of {recipe.steps}")
    with progress.task(f"{title}, steps", recipe.steps, done=run.step) as advance:
        for batch in _batches(torch, material, recipe, run.step, run.picture_workers):
            loss = run.learn(batch)
            if not math.isfinite(loss):
                raise DataError(f"{folder}: the loss is no number any more after step {run.step}; remove the folder")
            advance(1, f"(loss {run.smooth_loss:.2f})")
            if run.step % STEPS_BETWEEN_SAVES == 0:
                save(torch, run.state(), state_file)
    save(torch, {"model": run.average.cpu(), "train_args": {}, "epoch": -1, "date": None}, finished)
    state_file.unlink(missing_ok=True)
    return finished


class _Run:
    """A training's moving parts."""

    def __init__(self, torch: Any, network: Any, recipe: Recipe) -> None:
        self.torch, self.recipe, self.step, self.smooth_loss = torch, recipe, 0, 0.0
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        on_cpu = self.device.type == "cpu"
        # There the network needs the other processors.
        self.picture_workers = 1 if on_cpu else joblib.cpu_count()
        self.half = on_cpu and fast_bfloat16(torch)
        self.network = network.to(self.device, memory_format=torch.channels_last).train()
        self.average = copy.deepcopy(network).eval().requires_grad_(False)
        self.loss = MaskedLoss(network)
        # Biases and the scales of normalisations are no weights to shrink.
        weights = [each for each in network.parameters() if each.requires_grad and each.ndim > 1]
        others = [each for each in network.parameters() if each.requires_grad and each.ndim <= 1]
        groups = [{"params": weights, "weight_decay": recipe.weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=recipe.learning_rate, betas=(0.9, 0.999))

    def learn(self, batch: dict[str, Any]) -> float:
        """One step; returns the loss a picture."""
        torch, recipe = self.torch, self.recipe
        for group in self.optimizer.param_groups:
            group["lr"] = recipe.rate(self.step)
        batch = {name: part.to(self.device, non_blocking=True) for name, part in batch.items()}
        pictures = batch["img"].to(memory_format=torch.channels_last).float() / 255.0
        # The weights and the loss stay float32.
        with torch.autocast("cpu", torch.bfloat16, enabled=self.half):
            found = self.network(pictures)
        exact = {
            name: [each.float() for each in part] if isinstance(part, list) else part.float()
            for name, part in found.items()
        }
        loss = self.loss(exact, batch)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), recipe.largest_gradient)
        self.optimizer.step()
        self.step += 1
        self._average()
        value = float(loss.detach()) / len(pictures)
        self.smooth_loss = value if self.step == 1 else 0.98 * self.smooth_loss + 0.02 * value
        return value

    def _average(self) -> None:
        decay = self.recipe.average_decay * (1 - math.exp(-self.step / 200))
        now = self.network.state_dict()
        for name, value in self.average.state_dict().items():
            if value.dtype.is_floating_point:
                value.lerp_(now[name].detach(), 1 - decay)

    def state(self) -> dict[str, Any]:
        """Everything that the next step depends on."""
        return {
            "step": self.step,
            "smooth_loss": self.smooth_loss,
            "network": self.network.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state that `state` gave."""
        self.step, self.smooth_loss = state["step"], state["smooth_loss"]
        self.network.load_state_dict(state["network"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])


def fast_bfloat16(torch: Any) -> bool:
    """Whether this processor computes in bfloat16 itself: half the time there, a hundred times as long elsewhere."""
    # torch has no public name for it.
    asked = ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    return any(getattr(torch.cpu, name, lambda: False)() for name in asked)


def _batches(torch: Any, material: Material, recipe: Recipe, first_step: int, workers: int) -> Iterator[dict[str, Any]]:
    pictures = Pictures(material, recipe.steps * recipe.batch, SIDE_PX, recipe.seed)
    # OpenCV's threads do not survive the fork of the loader's process, which would wait for them for ever.
    cv2.setNumThreads(1)
    left = range(first_step * recipe.batch, len(pictures))
    loader = torch.utils.data.DataLoader(
        pictures,
        batch_size=recipe.batch,
        sampler=left,
        collate_fn=collate,
        num_workers=workers,
        prefetch_factor=4,
    )
    return itertools.islice(loader, recipe.steps - first_step)


def save(torch: Any, content: Any, path: Path) -> None:
    """Write what torch keeps, whole."""
    held = io.BytesIO()
    torch.save(content, held)
    write_whole(path, held.getvalue())
