"""Scripts that run as processes of their own; nothing here may import the rest of the package."""
