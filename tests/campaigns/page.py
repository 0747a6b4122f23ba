"""Writes docs/reliability.md and its Chinese twin from the last figures of every campaign.

python -m tests.campaigns page
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.campaigns._record import DOCS, FIGURES

_HEAD = {
    "en": """# Reliability

What hunts for faults found when it was last run. This page is written by `python -m tests.campaigns page` from the figures
that the campaigns left; each can be run again with the command beside it. Short forms run with the tests.
""",
    "zh": """# 可靠性

各项找错行动最近一次的结果。本页由 `python -m tests.campaigns page` 按各行动留下的数字写成；每一项都可用旁边的命令重做，短的形式随测试一起跑。
""",
}
_TITLES = {
    "mutants": ("Damaged files of every format through the command line", "各种格式的损坏文件，经命令行读取"),
    "planted": ("Faults planted in generated layers", "在生成的图层里埋下的错误"),
    "reach": ("What is opened while hostile files are read (strace)", "读取恶意文件时打开了什么（strace）"),
    "same": ("Same inputs, same bytes", "同样的输入，同样的字节"),
    "guided": (
        "Bytes steered by what they reach, for parsers and plans (atheris)",
        "按覆盖率引导的字节模糊测试：解析器和计划（atheris）",
    ),
    "texts": ("Random text for numbers, dates, ids, filters and plans", "随机文字：数字、日期、编号、筛选条件和计划"),
    "faults": ("A disk that is full or fails, at every call in turn", "磁盘满或出错，逐个系统调用注入"),
    "ledger_kill": (
        "Task ledger: processes killed at random moments of every command",
        "任务台账：在每个命令的任意时刻杀掉进程",
    ),
    "ledger_io": ("Task ledger: a disk that refuses, call by call, or is full", "任务台账：磁盘逐个调用出错，或已写满"),
    "ledger_writers": ("Task ledger: several writers at once", "任务台账：多人同时写"),
    "ledger_flips": ("Task ledger: single bits flipped in the file", "任务台账：文件里翻转一个比特"),
    "ledger_powercut": ("Task ledger: the power cut at every write", "任务台账：在每次写盘时断电"),
    "ledger_year": ("Task ledger: years of weekly runs on changing towns", "任务台账：城镇变化中一年年的每周检查"),
    "worlds": ("Random worlds against brute force", "随机小世界与穷举对比"),
    "mutation": ("Small changes to the code: noticed by the tests", "改动代码一处：测试能否发现"),
}


def page(language: str) -> str:
    """Return the page in that language ("en" or "zh")."""
    known = json.loads(FIGURES.read_text("utf-8"))
    parts = [_HEAD[language]]
    for name in sorted(known):
        stem, _, rest = name.partition(" ")
        title = _TITLES.get(stem, (stem, stem))[language == "zh"] + (f" ({rest})" if rest else "")
        figures = "\n".join(f"| {key.replace('_', ' ')} | {value} |" for key, value in known[name]["figures"].items())
        what, number = ("what", "figure") if language == "en" else ("项目", "数字")
        parts.append(
            f"## {title}\n\n`{known[name]['command']}` ({known[name]['with']})\n\n| {what} | {number} |\n|---|---|\n{figures}\n"
        )
    return "\n".join(parts)


def main() -> int:
    """Write both pages."""
    for language, name in (("en", "reliability.md"), ("zh", "reliability.zh.md")):
        Path(DOCS, name).write_text(page(language), "utf-8")
    return 0
