"""`coverplan serve`: a folder of results, live on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from layers.problems import InputError, Problem
from layers.text import Language, say

if TYPE_CHECKING:
    from maps.serve.app import Service

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - an address somebody may ask for, not one we listen on by ourselves
LEDGER = "tasks.sqlite"


@dataclass(frozen=True)
class Door:
    """Where the service is reached and who may write: address and port, further names behind a proxy, the header in which

    the proxy names the user, and whether projects may be taken onto the ledger (at `ledger`, else beside the results).
    """

    host: str
    port: int
    names: tuple[str, ...]
    may_write: bool
    ledger: str | None
    user_header: str


def serve(out: Path, asked: Language | None, *, plan: Path | None, door: Door) -> int:
    """Serve the results until interrupted; returns the exit code.

    Raises InputError where the extra is not
    installed, the folder holds no results, or the plan cannot be used.
    """
    try:
        import uvicorn

        from maps.serve.app import application
    except ImportError:
        raise InputError([Problem("serve", say("serve.no_web"), say("serve.no_web_fix"))]) from None
    service = _service(out, asked, plan, door)
    root = f"http://{door.host}:{door.port}/"
    lines = [say("serve.at", address=root), say("serve.ogc_at", address=f"{root}ogc")]
    lines.append(say("serve.live" if service.desk else "serve.not_live"))
    if service.counter is not None:
        lines.append(say("serve.writing", ledger=service.counter.ledger))
    print("\n".join(line.in_(service.language) for line in lines), flush=True)
    uvicorn.run(application(service), host=door.host, port=door.port, log_level="warning", proxy_headers=False)
    return 0


def _service(out: Path, asked: Language | None, plan: Path | None, door: Door) -> Service:
    from maps.commands.results import read_result
    from maps.serve.adopting import Counter
    from maps.serve.app import Service
    from maps.serve.desk import Desk

    result = read_result(out)
    hosts = (*LOOPBACK, *door.names, *(() if door.host == EVERYWHERE else (door.host,)))
    place = door.ledger or str(out.resolve().parent / LEDGER)
    counter = Counter(place, door.user_header) if door.may_write else None
    path = plan or out.resolve().parent / "plan.yaml"
    if plan is None and not path.is_file():
        return Service(out, None, hosts, asked or result.language, counter)
    from layers.planreading import read_plan
    from layers.reading import read_layers

    read = read_plan(path)
    return Service(out, Desk(read, read_layers(read)), hosts, asked or result.language, counter)
