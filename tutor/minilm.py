"""The network of all-MiniLM-L6-v2 (Wang et al. 2020, arXiv 2002.10957): six layers of BERT, the mean over the tokens.

Written out in torch, because importing transformers and sentence-transformers takes four seconds more than torch alone,
and their way to a single vector twice as long. A test compares the vectors with those of sentence-transformers. Knows
nothing of indexes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

LAYERS, HEADS, WIDTH = 6, 12, 384
MOST_TOKENS = 256
EPSILON = 1e-12


class MiniLM:
    """The weights and the tokenizer of a folder, loaded. Safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._weights: dict[str, Tensor] = load_file(folder / "model.safetensors")
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(MOST_TOKENS)
        self._tokenizer.enable_padding()

    def encode(self, texts: Sequence[str]) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
        """(len(texts), 384) float32, unit rows, computed as one batch; of a text the first 256 tokens count."""
        read = self._tokenizer.encode_batch(list(texts))
        tokens = torch.tensor([each.ids for each in read])
        mask = torch.tensor([each.attention_mask for each in read])
        with torch.inference_mode():
            states = self._embedded(tokens)
            seen = mask[:, None, None, :].bool()
            for layer in range(LAYERS):
                states = self._layer(f"encoder.layer.{layer}", states, seen)
            weights = mask[:, :, None].float()
            mean = (states * weights).sum(dim=1) / weights.sum(dim=1)
            rows: np.ndarray[tuple[int, int], np.dtype[np.float32]] = functional.normalize(mean).numpy()
        return rows

    def _embedded(self, tokens: Tensor) -> Tensor:
        words = functional.embedding(tokens, self._weights["embeddings.word_embeddings.weight"])
        places = self._weights["embeddings.position_embeddings.weight"][: tokens.shape[1]]
        return self._normed("embeddings", words + places + self._weights["embeddings.token_type_embeddings.weight"][0])

    def _layer(self, name: str, states: Tensor, seen: Tensor) -> Tensor:
        shape = (*states.shape[:2], HEADS, WIDTH // HEADS)
        query, key, value = (
            self._linear(f"{name}.attention.self.{part}", states).view(shape).transpose(1, 2)
            for part in ("query", "key", "value")
        )
        mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        mixed = self._linear(f"{name}.attention.output.dense", mixed.transpose(1, 2).reshape(states.shape))
        states = self._normed(f"{name}.attention.output", states + mixed)
        inner = functional.gelu(self._linear(f"{name}.intermediate.dense", states))
        return self._normed(f"{name}.output", states + self._linear(f"{name}.output.dense", inner))

    def _linear(self, name: str, states: Tensor) -> Tensor:
        return functional.linear(states, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _normed(self, name: str, states: Tensor) -> Tensor:
        weight, bias = self._weights[f"{name}.LayerNorm.weight"], self._weights[f"{name}.LayerNorm.bias"]
        return functional.layer_norm(states, (WIDTH,), weight, bias, EPSILON)
