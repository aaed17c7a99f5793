"""LangChain's RAG quickstart as its documentation has it: chunks of 1000 and 200, four of them, one call of the model.

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

from langchain.agents import create_agent  # noqa: E402
from langchain.agents.middleware import ModelRequest, dynamic_prompt  # noqa: E402
from langchain_core.documents import Document  # noqa: E402
from langchain_core.vectorstores import InMemoryVectorStore  # noqa: E402
from langchain_huggingface import HuggingFaceEmbeddings  # noqa: E402
from langchain_openai import ChatOpenAI  # noqa: E402
from langchain_text_splitters import RecursiveCharacterTextSplitter  # noqa: E402

embeddings = HuggingFaceEmbeddings(model_name=task["embedding_model"])
print(json.dumps({"ready_s": time.perf_counter() - started}), flush=True)

started = time.perf_counter()
documents = [
    Document(path.read_text(encoding="utf-8"), metadata={"id": path.stem})
    for path in sorted(Path(task["folder"]).glob("*.md"))
]
splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200, add_start_index=True)
store = InMemoryVectorStore(embeddings)
pieces = splitter.split_documents(documents)
store.add_documents(pieces)
print(json.dumps({"ingest_s": time.perf_counter() - started, "texts": len(pieces)}), flush=True)

for question in task["ranked"]:
    started = time.perf_counter()
    found = store.similarity_search(question)
    elapsed = (time.perf_counter() - started) * 1000
    print(json.dumps({"ranked": [each.metadata["id"] for each in found], "ms": elapsed}), flush=True)


@dynamic_prompt
def prompt_with_context(request: ModelRequest) -> str:
    found = store.similarity_search(request.state["messages"][-1].text)
    context = "\n\n".join(each.page_content for each in found)
    return f"You are a helpful assistant. Use the following context in your response:\n\n{context}"


model = ChatOpenAI(
    model=task["model"], base_url=task["url"], api_key=task["key"], temperature=0, max_tokens=task["tokens"]
)
agent = create_agent(model, tools=[], middleware=[prompt_with_context])
for question in task["asked"]:
    started, first, text = time.perf_counter(), 0.0, ""
    for piece, _ in agent.stream({"messages": [{"role": "user", "content": question}]}, stream_mode="messages"):
        if piece.text and not first:
            first = (time.perf_counter() - started) * 1000
        text += piece.text
    total = (time.perf_counter() - started) * 1000
    print(json.dumps({"first_ms": first, "total_ms": total, "text": text}), flush=True)
