"""Where papers come from."""

from papers.sources import huggingface

SOURCES = {source.name: source for source in (huggingface.SOURCE,)}
