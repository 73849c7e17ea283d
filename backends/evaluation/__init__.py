"""Evaluation backends: Ollama, LM Studio, any OpenAI-compatible server."""

from backends.evaluation.servers import LMStudioBackend, OllamaBackend, OpenAICompatibleBackend

__all__ = ["LMStudioBackend", "OllamaBackend", "OpenAICompatibleBackend"]
