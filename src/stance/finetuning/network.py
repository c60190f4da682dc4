"""The encoder as a PyTorch module: a BERT (Devlin et al. 2019) with one linear layer over its pieces."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn
from torch.nn import functional

from stance.encoded import OUTPUTS

__all__ = ["Network"]

HEADS = 12
NORM = 1e-12


class Network(nn.Module):
    """Pieces to outputs: `ids` (batch x length) to `batch x length x len(OUTPUTS)`, float32.

    `state` holds the tensors of a BERT under the names of its usual checkpoints; the output layer
    begins at zero.
    """

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        words = state["embeddings.word_embeddings.weight"]
        places = state["embeddings.position_embeddings.weight"]
        # The type of the first segment is everywhere the same, so it is added once.
        kinds = state["embeddings.token_type_embeddings.weight"][0]
        width = words.shape[1]
        self.words = _fixed(words)
        self.places = _fixed(places + kinds)
        self.norm = nn.LayerNorm(width, eps=NORM)
        _load(self.norm, state, "embeddings.LayerNorm")
        count = len({name.split(".")[2] for name in state if name.startswith("encoder.layer.")})
        self.layers = nn.ModuleList(
            Layer({n.removeprefix(f"encoder.layer.{at}."): t for n, t in state.items() if f".{at}." in n})
            for at in range(count)
        )
        self.out = nn.Linear(width, len(OUTPUTS))
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, ids: Tensor, real: Tensor | None = None) -> Tensor:
        """`real` (batch x length, bool) is false where a row is only filled up."""
        return self.tell(self.states(ids, real))

    def states(self, ids: Tensor, real: Tensor | None = None) -> Tensor:
        """The last layer's states, batch x length x width."""
        states: Tensor = self.norm(self.words(ids) + self.places.weight[: ids.shape[1]])
        seen = None if real is None else real[:, None, None, :]
        for layer in self.layers:
            states = layer(states, seen)
        return states

    def tell(self, states: Tensor) -> Tensor:
        """The outputs of each piece."""
        told: Tensor = self.out(states)
        return told


class Layer(nn.Module):
    """One layer of the encoder: attention, then two linear maps, each added to what came in and normed."""

    def __init__(self, state: Mapping[str, Tensor]) -> None:
        super().__init__()
        width, inner = state["output.dense.weight"].shape
        self.query, self.key, self.value = (nn.Linear(width, width) for _ in range(3))
        self.joined, self.up, self.down = (
            nn.Linear(width, width),
            nn.Linear(width, inner),
            nn.Linear(inner, width),
        )
        self.norm, self.last = nn.LayerNorm(width, eps=NORM), nn.LayerNorm(width, eps=NORM)
        for module, name in (
            (self.query, "attention.self.query"),
            (self.key, "attention.self.key"),
            (self.value, "attention.self.value"),
            (self.joined, "attention.output.dense"),
            (self.norm, "attention.output.LayerNorm"),
            (self.up, "intermediate.dense"),
            (self.down, "output.dense"),
            (self.last, "output.LayerNorm"),
        ):
            _load(module, state, name)

    def forward(self, states: Tensor, seen: Tensor | None) -> Tensor:
        """Batch x length x width to the same shape."""
        query, key, value = (
            part(states).unflatten(-1, (HEADS, -1)).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, seen)
        states = self.norm(states + self.joined(mixed.transpose(1, 2).flatten(2)))
        told: Tensor = self.last(states + self.down(functional.gelu(self.up(states))))
        return told


def _fixed(vectors: Tensor) -> nn.Embedding:
    """Vectors that are not learnt."""
    embedding = nn.Embedding(*vectors.shape)
    embedding.weight = nn.Parameter(vectors.clone(), requires_grad=False)
    return embedding


def _load(module: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    module.load_state_dict({part: state[f"{name}.{part}"] for part in ("weight", "bias")})
