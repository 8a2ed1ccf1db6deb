"""Reading an uploaded recording: only after the caller was judged, and spooled to disk."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Header, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from api_gateway.errors import AudioEmpty
from api_gateway.usecases.examine_recording import Recording, examine, legible_name
from malmoi.contracts.problems import AppError

F = TypeVar("F", bound=BaseModel)
_FIELDS_MAX = 16
_FIELD_BYTES_MAX = 16 * 1024
_IN_MEMORY_BYTES = 256 * 1024
"""A clip of this size is hashed sooner than a thread is found for it."""
_CONTENT_TYPE = re.compile(r"[\w.+-]{1,60}/[\w.+-]{1,60}", re.ASCII)
_WAIT = re.compile(r"wait\s*=\s*\"?(\d{1,6})\"?")
_LONGEST_WAIT_S = 110.0
"""A little less than nginx waits for an answer."""

IdempotencyKey = Annotated[
    str | None,
    Header(
        min_length=1,
        max_length=200,
        pattern=r"^[\x21-\x7e]+$",
        description="The same key, the same message: repeat a request whose answer was lost.",
    ),
]
Prefer = Annotated[
    str | None, Header(description="`wait=N` seconds for the text, or `respond-async` (RFC 7240).")
]


@dataclass(frozen=True, slots=True)
class Upload:
    """A complete multipart body."""

    recording: Recording
    form: FormData

    def fields(self, model: type[F]) -> F:
        """The fields beside the file; an empty one counts as absent.

        Raises:
            RequestValidationError: they are not of the form.

        """
        given: dict[str, Any] = {}
        for name, value in self.form.multi_items():
            if isinstance(value, str) and value:
                given.setdefault(name.removesuffix("[]"), []).append(value)
        single = {name: each[0] if len(each) == 1 else each for name, each in given.items()}
        try:
            return model.model_validate(single)
        except ValidationError as error:
            raise RequestValidationError(
                [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
            ) from error


@asynccontextmanager
async def read_upload(
    request: Request, file_field: str, *, empty: type[AppError] = AudioEmpty
) -> AsyncIterator[Upload]:
    """Read the whole body; the file is gone when the context ends.

    Raises:
        RequestValidationError: there is no such file in it.
        AppError: of the class `empty`, when the file has no bytes.

    """
    async with _form(request) as form:
        file = form.get(file_field)
        if not isinstance(file, UploadFile):
            where = {"type": "missing", "loc": ("body", file_field), "msg": "a file is required"}
            raise RequestValidationError([where])
        told = file.content_type or ""
        content_type = told if _CONTENT_TYPE.fullmatch(told) else "application/octet-stream"
        look = partial(examine, file.file, content_type=content_type, empty=empty)
        in_memory = file.size is not None and file.size <= _IN_MEMORY_BYTES
        recording = look() if in_memory else await asyncio.to_thread(look)
        yield Upload(replace(recording, name=legible_name(file.filename)), form)


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    try:
        form = await request.form(
            max_files=1, max_fields=_FIELDS_MAX, max_part_size=_FIELD_BYTES_MAX
        )
    except HTTPException as error:
        broken = {"type": "multipart", "loc": ("body",), "msg": f"no good form: {error.detail}"}
        raise RequestValidationError([broken]) from error
    try:
        yield form
    finally:
        await form.close()


def seconds_to_wait(prefer: str | None, default_s: float) -> float:
    """How long the client wants to wait for the end of its job."""
    if prefer is None:
        return default_s
    wait = _WAIT.search(prefer)
    if wait is not None:
        return min(float(wait[1]), max(default_s, _LONGEST_WAIT_S))
    return 0.0 if "respond-async" in prefer else default_s


def form_schema(
    file_field: str, fields: type[BaseModel], *, or_json: type[BaseModel] | None = None
) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads its body itself: a form, `or_json`."""
    form = _inlined(fields)
    form["properties"] = {file_field: {"type": "string", "format": "binary"}, **form["properties"]}
    form["required"] = [file_field, *form.get("required", [])]
    content = {"multipart/form-data": {"schema": form}}
    if or_json is not None:
        content["application/json"] = {"schema": _inlined(or_json)}
    return {"requestBody": {"required": True, "content": content}}


def _inlined(model: type[BaseModel]) -> dict[str, Any]:
    """A schema that refers to no other one."""
    described = model.model_json_schema()
    definitions = described.pop("$defs", {})
    described["properties"] = {
        name: {**definitions.get(each.pop("$ref", "").rpartition("/")[2], {}), **each}
        for name, each in described["properties"].items()
    }
    return described
