"""Whether Slack would take a list of blocks on a surface."""

from __future__ import annotations

from typing import Any

from zof_local.workspace.blockkit import limits
from zof_local.workspace.blockkit.blocks import COMMON_BLOCKS
from zof_local.workspace.blockkit.check import Check, Place, Problem, typed
from zof_local.workspace.blockkit.structured import STRUCTURED_BLOCKS, container

BLOCKS: dict[str, Check] = COMMON_BLOCKS | STRUCTURED_BLOCKS
BLOCKS["container"] = container(lambda: BLOCKS)


def block_problems(
    blocks: Any, problems: list[Problem], *, pointer: str, surface: str, least: int, most: int
) -> None:
    """Add what is wrong with a list of blocks to ``problems``."""
    root = Place({"blocks": blocks}, pointer.rpartition("/")[0], problems)
    allowed = limits.SURFACES[surface]
    seen: set[str] = set()
    for block in root.items("blocks", least, most):
        typed(block, BLOCKS, allowed, f"in a {surface}")
        block.string("block_id", limits.ID)
        block_id = block.value.get("block_id") if isinstance(block.value, dict) else None
        if isinstance(block_id, str) and block_id:
            if block_id in seen:
                block.at("block_id").fail(f"`block_id` {block_id!r} already exists")
            seen.add(block_id)


def message_problems(blocks: Any, pointer: str = "/blocks") -> list[Problem]:
    """What Slack would refuse in the blocks of a message.

    Args:
        blocks: the value of ``blocks``, of any type.
        pointer: where it stands, for the messages.
    """
    problems: list[Problem] = []
    block_problems(blocks, problems, pointer=pointer, surface="message", least=0, most=limits.MESSAGE_BLOCKS)
    if isinstance(blocks, list):
        _totals(blocks, Place(blocks, pointer, problems))
    return problems


def _totals(blocks: list[Any], place: Place) -> None:
    kinds = [block.get("type") for block in blocks if isinstance(block, dict)]
    if kinds.count("data_visualization") > limits.MESSAGE_VISUALIZATIONS:
        place.fail(f"no more than {limits.MESSAGE_VISUALIZATIONS} data_visualization blocks allowed")
    markdown = sum(
        len(str(block.get("text", "")))
        for block in blocks
        if isinstance(block, dict) and block.get("type") == "markdown"
    )
    if markdown > limits.MARKDOWN:
        place.fail(f"markdown blocks must be less than {limits.MARKDOWN + 1} characters in all")
