"""What a training script imports: a recorder whose log HULK reads exactly, its Trainer callback, and the client.

with hulk.record("sst2/log.jsonl", task="sst2", seed=1) as run:
    for step, batch in enumerate(batches, start=1):
        train(batch)
        if step % 100 == 0:
            with run.evaluation():
                accuracy = evaluate(model)
            run.log(accuracy=accuracy, step=step)
"""

from hulk.recording import Run, record
from hulk.trainer import TrainerCallback
from hulk_cli.client import Client
from hulk_cli.version import VERSION

__all__ = ["Client", "Run", "TrainerCallback", "record"]
__version__ = VERSION
