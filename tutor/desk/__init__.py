"""The trainers' desk without its page: drafts, publishing and undoing, grouping, monitoring, the index kept up to date.

Knows the store, the corpus's files and the ingestion; nothing of gradio or HTML.
"""
