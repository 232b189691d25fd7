"""Threads, optional imports, plotting, wording."""
