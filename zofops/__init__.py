"""The command line of the bundle, and the wiring of its demo."""
