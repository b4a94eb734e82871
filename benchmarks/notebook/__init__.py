"""The notebook's panels beside core ipywidgets that do the same work, in one run: `python -m benchmarks.notebook`."""
