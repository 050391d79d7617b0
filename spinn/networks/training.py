"""The one training loop."""

import logging
import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from spinn.data import ExpressionData
from spinn.networks.adam import Adam, Group
from spinn.networks.batches import Examples
from spinn.networks.gates import make_gate
from spinn.networks.network import Network
from spinn.networks.problem import Problem, make_problem
from spinn.networks.tasks import Reconstruction
from spinn.settings import Settings, TrainingSettings

log = logging.getLogger(__name__)
EVALUATION_BATCH = 2048
# Where a loss counts hidden inputs only, a network without gate noise hides this share of them.
HIDDEN_DROPOUT = 0.5


@dataclass(frozen=True)
class Fitted:
    """A trained network, its last penalty, and its history.

    ``history`` has one row per check: step, penalty, train_loss (mean since the last check),
    valid_loss (without noise), objective (valid_loss plus the weighted gate penalty: what early
    stopping uses), mean_dropout.
    """

    network: Network
    penalty: float
    history: tuple[dict[str, float], ...]


def base_network(problem: Problem, gate: str, settings: Settings, *, seed: int) -> Network:
    """Return the untrained network of a problem: all its genes, one gate."""
    task, how, n_genes = problem.task, settings.network, len(problem.genes)
    dropout = how.input_dropout
    if task.counts_hidden_only and gate != "bernoulli":
        dropout = max(dropout, HIDDEN_DROPOUT)  # something must be hidden for the loss to count
    noise = make_gate(gate, n_genes, settings.gate)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(noise, n_genes, how.hidden, task.n_outputs, how.activation, dropout)
    return network.to(problem.positions.device)


def base_model(problem: Problem, gate: str, settings: Settings, *, seed: int) -> Fitted:
    """Return the trained network of a problem: all its genes, one gate."""
    start = base_network(problem, gate, settings, seed=seed)
    return fit(start, problem, settings.training, seed=seed)


def open_problem(
    data: ExpressionData, task: str, settings: Settings, *, device: str, threads: int
) -> Problem:
    """Return a task's problem on training and validation cells, for this many threads.

    Where the data have no counts, noise `split` becomes `hidden`, and the log says so.
    """
    torch.set_num_threads(threads)
    noise, where = settings.noise, choose_device(device)
    if noise == "split" and not data.has_counts:
        log.warning("no counts in these data: noise is hidden instead of split")
        noise = "hidden"
    basis, n_splits = settings.basis, settings.n_splits
    return make_problem(data, task, noise=noise, basis=basis, n_splits=n_splits, device=where)


def fit(network: Network, problem: Problem, settings: TrainingSettings, *, seed: int) -> Fitted:
    """Train a copy of a network, whose inputs are the problem's genes; arguments stay as they are.

    Training cells give the gradients, validation cells decide when to stop; ``seed`` is that of
    batches and noise. The network returned is that of the check with the best objective.
    """
    if network.n_inputs != len(problem.genes):
        raise ValueError(
            f"the network reads {network.n_inputs} genes, the problem has {len(problem.genes)}"
        )
    penalty, history, current = settings.penalty, [], network
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for doubling in range(settings.max_doublings + 1):
            current, rows = _fit_once(current, problem, settings, penalty)
            history += rows
            hidden = float(current.gate.hidden_share().mean())
            learns = any(True for _ in current.gate.parameters())
            if not learns or hidden >= settings.min_dropout or doubling == settings.max_doublings:
                break
            penalty *= 2
            message = "mean dropout %.2f below %.2f: penalty doubled to %g"
            log.info(message, hidden, settings.min_dropout, penalty)
    return Fitted(current, penalty, tuple(history))


def _fit_once(
    start: Network, problem: Problem, settings: TrainingSettings, penalty: float
) -> tuple[Network, list[dict[str, float]]]:
    network = start.keep(torch.arange(start.n_inputs))
    network.train()
    optimizer = make_optimizer(network, settings)
    best, best_state, worse = math.inf, network.state_dict(), 0
    history: list[dict[str, float]] = []
    losses: list[Tensor] = []  # since the last check
    for step, batch in enumerate(batches(problem.train, settings), start=1):
        network.gate.progress = (step - 1) / settings.max_steps
        losses.append(take_step(network, optimizer, problem, batch, penalty))
        if step % settings.check_every and step != settings.max_steps:
            continue
        row = _check(network, problem, step, penalty, float(sum(losses)) / len(losses))
        history.append(row)
        losses.clear()
        if row["objective"] < best:
            best, worse = row["objective"], 0
            best_state = {k: v.detach().clone() for k, v in network.state_dict().items()}
        else:
            worse += 1
        if worse >= settings.patience:
            break
    network.load_state_dict(best_state)
    network.eval()
    last, valid_loss = history[-1], min(row["valid_loss"] for row in history)
    numbers = network.n_inputs, last["step"], valid_loss, last["mean_dropout"]
    log.info("%d genes: %d steps, validation loss %.4f, mean dropout %.2f", *numbers)
    return network, history


def _check(
    network: Network, problem: Problem, step: int, penalty: float, train_loss: float
) -> dict[str, float]:
    """Return a row of `Fitted.history`; FloatingPointError where the loss is not finite."""
    valid_loss = evaluate_loss(network, problem, problem.valid)
    with torch.no_grad():
        objective = valid_loss + penalty * float(network.gate.penalty())
    if not math.isfinite(train_loss + objective):
        raise FloatingPointError(
            f"the loss is not finite at step {step} (training {train_loss}, validation "
            f"{valid_loss}); are the inputs finite and scaled? Try a smaller lr"
        )
    return {
        "step": step,
        "penalty": penalty,
        "train_loss": train_loss,
        "valid_loss": valid_loss,
        "objective": objective,
        "mean_dropout": float(network.gate.hidden_share().mean()),
    }


def make_optimizer(network: Network, settings: TrainingSettings) -> Adam:
    """Return Adam for a network; the gate has its own learning rate and no weight decay."""
    weights, gate = tuple(network.layers.parameters()), tuple(network.gate.parameters())
    return Adam([Group(weights, settings.lr, settings.weight_decay), Group(gate, settings.gate_lr)])


def take_step(
    network: Network,
    optimizer: Adam,
    problem: Problem,
    batch: tuple[Tensor, Tensor],
    penalty: float,
) -> Tensor:
    """Take one gradient step, in place; return the task's loss before it, a scalar."""
    loss = _loss(network, problem, *batch)
    (loss + penalty * network.gate.penalty()).backward()
    optimizer.step()
    return loss.detach()


def evaluate_loss(network: Network, problem: Problem, examples: Examples) -> float:
    """Return the mean loss over cells and views, without noise.

    Where only hidden inputs count, two fixed halves of the genes are hidden in turn, so that every
    output counts once.
    """
    was_training = network.training
    network.eval()
    total = 0.0
    with torch.no_grad():
        for view in range(len(examples.inputs)):
            for index in torch.arange(examples.n_cells).split(EVALUATION_BATCH):
                x, y = examples.batch(view, index)
                total += float(_quiet_loss(network, problem, x, y).sum())
    network.train(was_training)
    return total / (examples.n_cells * len(examples.inputs))


def _loss(network: Network, problem: Problem, x: Tensor, y: Tensor) -> Tensor:
    task = problem.task
    if isinstance(task, Reconstruction) and task.counts_hidden_only:
        output, hidden = network.forward_hidden(x)
        probability = network.hidden_probability()
        return task.loss_of_hidden(output, y, hidden, probability, problem.positions).mean()
    return task.loss(network(x), y).mean()


def _quiet_loss(network: Network, problem: Problem, x: Tensor, y: Tensor) -> Tensor:
    task = problem.task
    if not (isinstance(task, Reconstruction) and task.counts_hidden_only):
        return task.loss(network(x), y)
    total = torch.zeros(len(x), device=x.device)
    for half in range(2):
        hidden = (torch.arange(x.shape[1], device=x.device) % 2 == half).to(x.dtype).expand_as(x)
        output = network.body(x * (1 - hidden))
        probability = torch.full_like(x[0], 0.5)
        total += task.loss_of_hidden(output, y, hidden, probability, problem.positions) / 2
    return total


def batches(examples: Examples, settings: TrainingSettings) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield ``max_steps`` batches: passes over the cells, each in one view; views take turns."""
    step = 0
    while True:
        for view in torch.randperm(len(examples.inputs)).tolist():
            for index in torch.randperm(examples.n_cells).split(settings.batch_size):
                yield examples.batch(view, index)
                step += 1
                if step == settings.max_steps:
                    return


def choose_device(device: str) -> torch.device:
    """Return the device of the config's `device`: `auto` takes a GPU where there is one."""
    if device == "cuda" and not torch.cuda.is_available():
        raise RuntimeError("device: cuda needs a GPU, but torch finds none; set device: auto")
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    return torch.device(device)
