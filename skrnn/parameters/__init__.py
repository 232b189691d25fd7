"""Constructor parameters: constraints, validation and defaults."""
