"""The OpenAI interface's bodies, as far as its clients read them."""

from typing import Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator

from api_gateway.schemas.rooms import Language
from api_gateway.schemas.texts import Prompt
from api_gateway.usecases.export_transcript import Granularity


class TranslationFields(BaseModel):
    """What stands beside the file; fields we do not know are ignored, as clients send many."""

    model: str = Field(max_length=200)
    prompt: Prompt | None = None
    response_format: Literal["json", "text", "srt", "vtt", "verbose_json"] = "json"
    temperature: float | None = Field(default=None, ge=0, le=1)


class TranscriptionFields(TranslationFields):
    """The same, with the language that is spoken and the times that are wanted."""

    language: Language | None = None
    timestamp_granularities: list[Granularity] = ["segment"]
    stream: bool = False
    """Whether the text is to come as Server-Sent Events, as soon as it is known."""

    @field_validator("timestamp_granularities", mode="before")
    @classmethod
    def _listed(cls, asked: object) -> object:
        return [asked] if isinstance(asked, str) else asked

    @field_validator("timestamp_granularities")
    @classmethod
    def _shown(cls, asked: object, info: ValidationInfo) -> object:
        if info.data.get("response_format") != "verbose_json":
            raise ValueError("times are shown by response_format=verbose_json only")
        return asked

    @field_validator("stream")
    @classmethod
    def _streamed(cls, asked: bool, info: ValidationInfo) -> bool:  # noqa: FBT001 - a field
        if asked and info.data.get("response_format") not in {"json", "text", None}:
            raise ValueError("a stream gives text; ask for response_format=json")
        return asked


class OpenAiError(BaseModel):
    """What is wrong."""

    message: str
    type: str
    param: str | None = None
    code: str | None = None


class OpenAiProblem(BaseModel):
    """The body of every refusal under /v1/."""

    error: OpenAiError


class ModelOut(BaseModel):
    """A model that can be asked for."""

    id: str
    object: Literal["model"] = "model"
    created: int = 1_663_718_400
    """When the weights' authors published them (Whisper: 21 September 2022), Unix seconds."""
    owned_by: str = "malmoi"


class ModelsOut(BaseModel):
    """All of them."""

    object: Literal["list"] = "list"
    data: list[ModelOut]
