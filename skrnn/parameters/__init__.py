"""Constructor parameters: what they may be, and what "auto" stands for."""
