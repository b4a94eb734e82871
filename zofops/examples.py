"""Where the example project, its suites and its rules are: in the checkout, or in the installed wheel."""

from pathlib import Path

_PLACES = (Path(__file__).parent / "_examples", Path(__file__).parent.parent / "examples")


def example(name: str) -> Path:
    """The path of `examples/<name>`; FileNotFoundError says where it was looked for."""
    for place in _PLACES:
        if (place / name).exists():
            return place / name
    raise FileNotFoundError(
        f"The example {name} is neither in {_PLACES[0]} nor in {_PLACES[1]}. Reinstall zof-chatops."
    )
