"""The ack with its commit, beside bare Bolt, and while Zof and Slack stall."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from benchmarks.bot.remote import Remote
from benchmarks.bot.servers import BOLT, SYNC, answers, bot, process
from benchmarks.bot.traffic import SECRET, at, closed_loop, open_loop


async def ack(home: Path) -> None:
    with ExitStack() as stack:
        servers = {
            "AsyncApp, default": stack.enter_context(process(BOLT, SECRET, "default"))[0],
            "AsyncApp, process_before_response": stack.enter_context(process(BOLT, SECRET, "pbr"))[0],
            "sync App, Bolt's server": stack.enter_context(process(SYNC, SECRET))[0],
        }
        async with bot(home, Remote()) as (port, _):
            servers = {"ours, with commit": port} | servers
            for one in servers.values():
                await answers(one)
            alone: dict[str, list[float]] = {name: [] for name in servers}
            rate = dict.fromkeys(servers, 0.0)
            for _ in range(3):
                for name, one in servers.items():
                    took, _rate = await closed_loop(one, 1, 100)
                    alone[name] += took
                    _took, fast = await closed_loop(one, 32, 100 if "sync" in name else 800)
                    rate[name] = max(rate[name], fast)
            print("Ack of a slash command (3 interleaved rounds)")
            for name in servers:
                took = sorted(alone[name])
                print(
                    f"  {name}: p50 {at(took, 0.5):.2f} ms, p99 {at(took, 0.99):.1f} ms alone; "
                    f"{rate[name]:.0f} a second from 32 clients"
                )
            ours, default = (sorted(alone[name]) for name in ("ours, with commit", "AsyncApp, default"))
            print(f"  p50 beside AsyncApp, default: {at(ours, 0.5) / at(default, 0.5):.2f} (target 0.5)")
            fast = rate["ours, with commit"] / rate["sync App, Bolt's server"]
            print(f"  throughput beside the sync App: {fast:.0f} times (target 10)")
            took = await open_loop(port, 200, 10)
            print(
                f"  at 200 a second: p50 {at(took, 0.5):.1f} ms, p99 {at(took, 0.99):.1f} ms (target 50 ms)"
            )


async def stall(home: Path) -> None:
    remote = Remote()
    async with bot(home, remote) as (port, _):
        remote.stall.clear()
        slow, _ = await closed_loop(port, 100, 100, "run proj_abc staging suite_1")
        plain, _ = await closed_loop(port, 10, 10)
        remote.stall.set()
    print("While Zof and Slack both stall")
    print(f"  100 runs asked for at once: the last is acked after {slow[-1]:.2f} s")
    print(
        f"  10 plain commands behind them: {sum(one < 3 for one in plain)} within 3 s, the last {plain[-1]:.2f} s"
    )
