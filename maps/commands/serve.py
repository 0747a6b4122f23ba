"""`coverplan serve`: a folder of results, live on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from layers.problems import InputError, Problem
from layers.text import Language, say

if TYPE_CHECKING:
    from maps.serve.app import Service

LOOPBACK = ("127.0.0.1", "localhost", "[::1]", "::1")


def serve(
    out: Path, asked: Language | None, *, plan: Path | None, host: str, port: int, names: tuple[str, ...] = ()
) -> int:
    """Serve the results until interrupted; returns the exit code.

    `names` are further names the service is reached by, behind a proxy. Raises InputError where the extra is not
    installed, the folder holds no results, or the plan cannot be used.
    """
    try:
        import uvicorn

        from maps.serve.app import application
    except ImportError:
        raise InputError([Problem("serve", say("serve.no_web"), say("serve.no_web_fix"))]) from None
    service = _service(out, asked, plan, (*LOOPBACK, *names, *(() if host == "0.0.0.0" else (host,))))  # noqa: S104
    spoken = service.language
    print(say("serve.at", address=f"http://{host}:{port}/").in_(spoken))
    print(say("serve.ogc_at", address=f"http://{host}:{port}/ogc").in_(spoken))
    print(say("serve.live" if service.desk else "serve.not_live").in_(spoken), flush=True)
    uvicorn.run(application(service), host=host, port=port, log_level="warning", proxy_headers=False)
    return 0


def _service(out: Path, asked: Language | None, plan: Path | None, hosts: tuple[str, ...]) -> Service:
    from maps.commands.results import read_result
    from maps.serve.app import Service
    from maps.serve.desk import Desk

    result = read_result(out)
    path = plan or out.resolve().parent / "plan.yaml"
    if plan is None and not path.is_file():
        return Service(out, None, hosts, asked or result.language)
    from layers.planreading import read_plan
    from layers.reading import read_layers

    read = read_plan(path)
    return Service(out, Desk(read, read_layers(read)), hosts, asked or result.language)
