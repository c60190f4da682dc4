"""From a fine-tuned network to the file that is shipped: weights in 8 bits, arithmetic in float32.

Each row of a matrix is stored as whole numbers with one scale (symmetric, per row). The graph
multiplies them out when it is loaded, so that nothing is rounded that depends on the input.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from stance.encoder.pieces import LONGEST
from stance.finetuning.network import Network

__all__ = ["export", "quantise"]

LARGE = 10_000
"""Numbers from which on a matrix is stored in 8 bits."""


def quantise(network: Network) -> None:
    """Round a network's matrices to what 8 bits can hold, in place."""
    with torch.no_grad():
        for parameter in (*network.parameters(), *network.buffers()):
            if parameter.ndim == 2 and parameter.numel() > LARGE:
                steps, scales = _steps(parameter.numpy())
                parameter.copy_(torch.from_numpy(steps * scales))


def _steps(matrix: NDArray[np.float32], axis: int = 1) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Whole numbers and the scales that they are multiplied by; a row lies along `axis`."""
    scales = np.maximum(np.abs(matrix).max(axis=axis, keepdims=True) / 127, 1e-12).astype(np.float32)
    return np.rint(matrix / scales).astype(np.int8), scales


def export(network: Network) -> bytes:
    """The network as an ONNX graph: `ids` (1 x length, int64) to `told` (1 x length x outputs, float32)."""
    ids = torch.ones(1, 24, dtype=torch.long)
    length = torch.export.Dim("length", min=2, max=2 * LONGEST)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter speaks of its own future
        program: Any = torch.onnx.export(
            _Plain(network).eval(), (ids,), dynamo=True, input_names=["ids"], output_names=["told"],
            dynamic_shapes={"ids": {1: length}}, opset_version=20, verbose=False,
        )  # fmt: skip
    return _stored_small(program.model_proto)


class _Plain(nn.Module):
    """The network with one argument."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        told: torch.Tensor = self.network(ids)
        return told


def _stored_small(model: Any) -> bytes:
    """The graph with its large matrices in 8 bits, each followed by what multiplies it out."""
    from onnx import TensorProto, checker, helper, numpy_helper

    graph = model.graph
    nodes = []
    for tensor in [each for each in graph.initializer if _is_large(each)]:
        matrix = numpy_helper.to_array(tensor)
        # A map's outputs are the columns of a right-hand matrix, and the rows of all others.
        right = any(node.op_type == "MatMul" and node.input[1] == tensor.name for node in graph.node)
        steps, scales = _steps(matrix, axis=0 if right else 1)
        name = tensor.name
        graph.initializer.remove(tensor)
        graph.initializer.append(numpy_helper.from_array(steps, f"{name}.steps"))
        graph.initializer.append(numpy_helper.from_array(scales, f"{name}.scales"))
        nodes.append(helper.make_node("Cast", [f"{name}.steps"], [f"{name}.whole"], to=TensorProto.FLOAT))
        nodes.append(helper.make_node("Mul", [f"{name}.whole", f"{name}.scales"], [name]))
    kept = [*nodes, *graph.node]
    del graph.node[:]
    graph.node.extend(kept)
    # Names of source files and the exporter's notes are no part of the model.
    del graph.value_info[:]
    del model.metadata_props[:]
    del graph.metadata_props[:]
    for node in graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for tensor in (*graph.initializer, *graph.input, *graph.output):
        del tensor.metadata_props[:]
    checker.check_model(model)
    graph_bytes: bytes = model.SerializeToString()
    return graph_bytes


def _is_large(tensor: Any) -> bool:
    return len(tensor.dims) == 2 and tensor.dims[0] * tensor.dims[1] > LARGE
