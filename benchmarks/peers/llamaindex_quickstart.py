"""LlamaIndex's starter tutorial as its documentation has it: a vector index of a folder and a query engine.

Runs in an environment of its own; reads a task from standard input, writes lines of JSON. Only the models and the
folder differ from the documentation.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

task = json.load(sys.stdin)
started = time.perf_counter()

from llama_index.core import Settings, SimpleDirectoryReader, VectorStoreIndex  # noqa: E402
from llama_index.embeddings.huggingface import HuggingFaceEmbedding  # noqa: E402
from llama_index.llms.openai_like import OpenAILike  # noqa: E402

Settings.embed_model = HuggingFaceEmbedding(model_name=task["embedding_model"])
Settings.llm = OpenAILike(
    model=task["model"],
    api_base=task["url"],
    api_key=task["key"],
    is_chat_model=True,
    context_window=4096,
    max_tokens=task["tokens"],
    temperature=0,
)
print(json.dumps({"ready_s": time.perf_counter() - started}), flush=True)

started = time.perf_counter()
documents = SimpleDirectoryReader(task["folder"]).load_data()
index = VectorStoreIndex.from_documents(documents)
print(json.dumps({"ingest_s": time.perf_counter() - started, "texts": len(index.docstore.docs)}), flush=True)

retriever = index.as_retriever()
for question in task["ranked"]:
    started = time.perf_counter()
    found = retriever.retrieve(question)
    elapsed = (time.perf_counter() - started) * 1000
    ids = [Path(each.metadata["file_name"]).stem for each in found]
    print(json.dumps({"ranked": ids, "ms": elapsed}), flush=True)

engine = index.as_query_engine(streaming=True)
for question in task["asked"]:
    started, first, text = time.perf_counter(), 0.0, ""
    for piece in engine.query(question).response_gen:
        if piece and not first:
            first = (time.perf_counter() - started) * 1000
        text += piece
    total = (time.perf_counter() - started) * 1000
    print(json.dumps({"first_ms": first, "total_ms": total, "text": text}), flush=True)
