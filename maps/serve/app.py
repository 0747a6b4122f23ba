"""What is answered at which address. Nothing is changed unless the desk was opened for it, and never from another site."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.concurrency import run_in_threadpool
from starlette.middleware.trustedhost import TrustedHostMiddleware

from layers.problems import InputError, PlannerError, SaveError
from layers.text import LANGUAGES, Language, say
from maps.saving import OUTPUTS
from maps.serve import features
from maps.serve.adopting import Counter, is_own_page, name_of, take, wish_in
from maps.serve.scenario import WITHOUT, Scenario, scenario
from maps.serve.shell import differences, shell

if TYPE_CHECKING:
    from maps.serve.desk import Desk

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
}
_OWN_WORDS = ("lang",)


@dataclass(frozen=True)
class Service:
    """What is served: a folder of results, the plan on the desk where it could be found, and the counter if there is one."""

    out: Path
    desk: Desk | None
    hosts: tuple[str, ...]
    language: Language
    counter: Counter | None = None

    @property
    def package(self) -> Path:
        """Return the GeoPackage whose layers are served."""
        return self.out / "result.gpkg"


def application(service: Service) -> FastAPI:
    """Return the application; the names it answers to are those of `hosts`, so that no other site can pose as it."""
    app = FastAPI(title="coverplan", docs_url=None, redoc_url=None, openapi_url="/ogc/api")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(service.hosts))
    app.middleware("http")(_guarded)
    app.exception_handler(PlannerError)(_wrong)
    _pages(app, service)
    _services(app, service)
    _rows(app, service)
    if service.counter is not None:
        _counter(app, service, service.counter)
    return app


async def _guarded(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await answer(request)
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    return response


async def _wrong(request: Request, error: Exception) -> JSONResponse:
    language = _language(request, "zh")
    problems = error.problems if isinstance(error, PlannerError) else ()
    status = 503 if isinstance(error, SaveError) else 400 if isinstance(error, InputError) else 500
    return JSONResponse({"problems": [problem.in_(language) for problem in problems]}, status_code=status)


def _pages(app: FastAPI, service: Service) -> None:
    @app.get("/", include_in_schema=False)
    def front(request: Request) -> Response:
        if service.desk is None:
            return FileResponse(service.out / "map.html")
        without = request.query_params.getlist(WITHOUT)
        counter = "" if service.counter is None else "named" if service.counter.user_header else "open"
        return HTMLResponse(shell(service.desk.plan, without, counter, _language(request, service.language)))

    @app.get("/map", include_in_schema=False)
    def map_page(request: Request) -> Response:
        if service.desk is None:
            return FileResponse(service.out / "map.html")
        return HTMLResponse(service.desk.page(_asked(request, service.desk), _language(request, service.language)))

    @app.get("/api/whatif", include_in_schema=False)
    def whatif(request: Request) -> Response:
        if service.desk is None:
            return PlainTextResponse(say("serve.no_plan").in_(_language(request, service.language)), status_code=404)
        before = service.desk.assessment(Scenario())
        after = service.desk.assessment(_asked(request, service.desk))
        return JSONResponse(differences(before, after, _language(request, service.language)))

    @app.get("/files/{name}", include_in_schema=False)
    def file(name: str) -> Response:
        path = service.out / name
        return FileResponse(path) if name in OUTPUTS and path.is_file() else PlainTextResponse(name, status_code=404)


def _counter(app: FastAPI, service: Service, counter: Counter) -> None:
    @app.post("/api/adopt", include_in_schema=False)
    async def adopt(request: Request) -> Response:
        language = _language(request, service.language)
        if not is_own_page(request.headers):
            return JSONResponse({"problems": [say("serve.other_site").in_(language)]}, status_code=403)
        wish = wish_in(await request.body())
        who = name_of(request.headers, counter, wish)
        now = dt.datetime.now().astimezone().replace(microsecond=0)
        lines = await run_in_threadpool(take, service.out, counter, wish, who=who, at=now, language=language)
        return JSONResponse({"tasks": lines})


def _services(app: FastAPI, service: Service) -> None:
    @app.get("/ogc", summary="Landing page")
    def landing(request: Request) -> dict[str, Any]:
        root = str(request.base_url) + "ogc"
        links = [
            _link(root, "self", "application/json"),
            _link(f"{root}/api", "service-desc", "application/vnd.oai.openapi+json;version=3.0"),
            _link(f"{root}/conformance", "conformance", "application/json"),
            _link(f"{root}/collections", "data", "application/json"),
        ]
        title = service.desk.plan.settings.name if service.desk else service.out.name
        return {"title": title, "links": links}

    @app.get("/ogc/conformance", summary="Which parts of the standard are kept")
    def conformance() -> dict[str, Any]:
        return {"conformsTo": features.CONFORMS}

    @app.get("/ogc/collections", summary="The layers")
    def all_collections(request: Request) -> dict[str, Any]:
        root = f"{request.base_url}ogc/collections"
        found = features.collections(service.package).values()
        return {
            "links": [_link(root, "self", "application/json")],
            "collections": [features.described(each, _links_of(root, each.name)) for each in found],
        }

    @app.get("/ogc/collections/{name}", summary="One layer")
    def one_collection(request: Request, name: str) -> Response:
        found = features.collections(service.package).get(name)
        if found is None:
            return _none(name)
        return JSONResponse(features.described(found, _links_of(f"{request.base_url}ogc/collections", name)))


def _rows(app: FastAPI, service: Service) -> None:
    @app.get("/ogc/collections/{name}/items", summary="Rows of a layer")
    def items(request: Request, name: str, limit: int = features.ROWS, offset: int = 0, bbox: str = "") -> Response:
        found = features.collections(service.package).get(name)
        if found is None:
            return _none(name)
        try:
            box = features.box_of(bbox) if bbox else None
        except ValueError:
            return JSONResponse({"code": "400", "description": f"bbox={bbox}"}, status_code=400)
        page = features.Page(min(max(limit, 1), features.MOST_ROWS), max(offset, 0), box)
        answer = features.items(service.package, found, page)
        answer["links"] = _page_links(request, page, answer["numberMatched"])
        return Response(json.dumps(answer, ensure_ascii=False), media_type=features.GEOJSON)

    @app.get("/ogc/collections/{name}/items/{number}", summary="One row")
    def item(request: Request, name: str, number: int) -> Response:
        found = features.collections(service.package).get(name)
        row = features.item(service.package, found, number) if found else None
        if row is None:
            return _none(f"{name}/{number}")
        row["links"] = [_link(str(request.url), "self", features.GEOJSON)]
        return Response(json.dumps(row, ensure_ascii=False), media_type=features.GEOJSON)


def _asked(request: Request, desk: Desk) -> Scenario:
    words = [(key, value) for key, value in request.query_params.multi_items() if key not in _OWN_WORDS]
    return scenario(words, desk.plan)


def _language(request: Request, otherwise: Language) -> Language:
    wanted = request.query_params.get("lang")
    return next((each for each in LANGUAGES if each == wanted), otherwise)


def _none(name: str) -> JSONResponse:
    return JSONResponse({"code": "404", "description": name}, status_code=404)


def _link(address: str, relation: str, kind: str) -> dict[str, str]:
    return {"href": address, "rel": relation, "type": kind}


def _links_of(root: str, name: str) -> list[dict[str, str]]:
    return [
        _link(f"{root}/{name}", "self", "application/json"),
        _link(f"{root}/{name}/items", "items", features.GEOJSON),
    ]


def _page_links(request: Request, page: features.Page, matched: int) -> list[Mapping[str, str]]:
    links = [_link(str(request.url), "self", features.GEOJSON)]
    following = page.offset + page.limit
    if following < matched:
        links.append(_link(str(request.url.include_query_params(offset=following)), "next", features.GEOJSON))
    return list(links)
