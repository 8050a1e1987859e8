"""Every error of the API is JSON: {"error": a word for programs, "detail": a sentence, "hint": how to mend it}."""

from __future__ import annotations

import structlog
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from webapp.refusals import Refusal
from webapp.teams.policy import NOT_FOUND

log = structlog.get_logger(__name__)


def answer(error: str, detail: str, hint: str = "", status: int = 400) -> HttpResponse:
    return JsonResponse({"error": error, "detail": detail, "hint": hint}, status=status)


@csrf_exempt  # it changes nothing, and a program that mistyped an address should read so
def not_found(request: HttpRequest, *_: object, **__: object) -> HttpResponse:
    return answer("not_found", NOT_FOUND, "The API is described at /api/v1/docs.", 404)


def _unauthenticated(request: HttpRequest, error: Exception) -> HttpResponse:
    hint = "Send a token: 'Authorization: Bearer mf_…' (make one under /tokens/), or log in."
    response = answer(
        "unauthenticated", "You are not logged in, or the token is unknown, expired or revoked.", hint, 401
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    return answer(refusal.error, refusal.detail, refusal.hint, refusal.status)


def _denied(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    return answer("forbidden", str(error), "Ask a maintainer of the team for the role.", 403)


def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    problems = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors]
    return answer("invalid", "; ".join(problems)[:1000], "See the description at /api/v1/docs.", 422)


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return answer("refused", str(error), status=error.status_code)


def _malformed(request: HttpRequest, error: Exception) -> HttpResponse:
    return answer("malformed", "The request could not be read.", str(error)[:200], 400)


def _unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("the API failed", path=request.path, exc_info=error)
    return answer("internal", "Something went wrong here; it is not your request's fault.", "The log has it.", 500)


def install(api: NinjaAPI) -> None:
    api.add_exception_handler(Exception, _unexpected)
    api.add_exception_handler(Refusal, _refused)
    api.add_exception_handler(Http404, not_found)
    api.add_exception_handler(PermissionDenied, _denied)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _http)
    api.add_exception_handler(AuthenticationError, _unauthenticated)
    for malformed in (BadRequest, SuspiciousOperation, MultiPartParserError):
        api.add_exception_handler(malformed, _malformed)
