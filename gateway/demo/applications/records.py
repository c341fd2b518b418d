"""Records service: a register of documents per municipality; reading, writing and signing are separate rights."""

from datetime import UTC, datetime

from aiohttp import web

from config.vocabulary import Language
from gateway.demo.applications.register import SIGNED, Document, Register
from gateway.demo.applications.shell import LANGUAGE, PAGE, Setup, allowed, application, moment, run

TITLES = {Language.CZECH: "Spisová služba", Language.ENGLISH: "Records service"}
REGISTER: web.AppKey[Register] = web.AppKey("register", Register)
LONGEST, LONGEST_TEXT, LONGEST_SEARCH = 200, 4000, 100  # characters
LARGEST_ID = 2**53


async def list_documents(request: web.Request) -> web.Response:
    who = allowed(request, "read")
    q = request.query.get("q", "")[:LONGEST_SEARCH]
    documents = request.app[REGISTER].list(who.municipality, q)
    return request.app[PAGE](request, "records_list.html", documents=documents, q=q)


async def open_document(request: web.Request) -> web.Response:
    who = allowed(request, "read")
    one = _document(request, who.municipality)
    signed = datetime.strptime(one.signed_at, SIGNED).replace(tzinfo=UTC) if one.signed_at else None
    return request.app[PAGE](
        request,
        "records_document.html",
        one=one,
        signed=moment(signed, request[LANGUAGE]) if signed else "",
    )


async def new(request: web.Request) -> web.Response:
    allowed(request, "write")
    return request.app[PAGE](request, "records_new.html", fault=False, subject="", sender="", text="")


async def create(request: web.Request) -> web.Response:
    who = allowed(request, "write")
    form = await request.post()
    subject, sender, text = (str(form.get(name, "")).strip() for name in ("subject", "sender", "text"))
    whole = 0 < len(subject) <= LONGEST and 0 < len(sender) <= LONGEST and len(text) <= LONGEST_TEXT
    if not whole:
        values = {"subject": subject[:LONGEST], "sender": sender[:LONGEST], "text": text[:LONGEST_TEXT]}
        response = request.app[PAGE](request, "records_new.html", fault=True, **values)
        response.set_status(422)
        return response
    number = request.app[REGISTER].add(who.municipality, subject, sender, text, who.name, datetime.now(UTC))
    raise web.HTTPSeeOther(f"/document/{number}?lang={request[LANGUAGE]}")


async def sign(request: web.Request) -> web.Response:
    who = allowed(request, "sign")
    one = _document(request, who.municipality)
    request.app[REGISTER].sign(who.municipality, one.id, who.name, datetime.now(UTC))
    raise web.HTTPSeeOther(f"/document/{one.id}?lang={request[LANGUAGE]}")


def _document(request: web.Request, municipality: str) -> Document:
    """404 for a document of another municipality as for one that does not exist."""
    number = int(request.match_info["id"])
    found = request.app[REGISTER].get(municipality, number) if number < LARGEST_ID else None
    if found is None:
        raise web.HTTPNotFound
    return found


def build(setup: Setup) -> web.Application:
    app = application(setup, TITLES, ("records.css",))
    app[REGISTER] = Register(setup.data / "records.db")
    app[REGISTER].fill(setup.district, datetime.now(UTC))
    app.router.add_get("/", list_documents)
    app.router.add_get(r"/document/{id:[0-9]{1,18}}", open_document)
    app.router.add_get("/new", new)
    app.router.add_post("/documents", create)
    app.router.add_post(r"/sign/{id:[0-9]{1,18}}", sign)
    return app


if __name__ == "__main__":
    run("records", build)
