import dataclasses
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from pydantic import BaseModel, ConfigDict

from agent_sdk.contracts.errors import (
    ToolResultInvalid,
)
from agent_sdk.contracts.messages import ImagePart
from agent_sdk.ports.tool import ToolOutput
from agent_sdk.tools.function_tool import tool
from tests.unit.tools.context import call


class Item(BaseModel):
    name: str
    price: Decimal = Decimal(1)


class Loose(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str


@dataclasses.dataclass
class Order:
    id: int
    at: datetime | None = None


@pytest.mark.parametrize(
    ("returned", "value", "content"),
    [
        ("text", "text", "text"),
        (None, None, "null"),
        ({"b": [1, 2.5, True]}, {"b": [1, 2.5, True]}, '{"b":[1,2.5,true]}'),
        (Item(name="é"), {"name": "é", "price": "1"}, '{"name":"é","price":"1"}'),
        (Order(id=1), {"id": 1, "at": None}, '{"id":1,"at":null}'),
        (2**70, 2**70, str(2**70)),
    ],
)
async def test_a_result_without_annotation_becomes_plain_json(
    returned: Any, value: Any, content: str
) -> None:
    @tool
    def give():  # noqa: ANN202 - a result without annotation
        return returned

    assert give.spec.result is None
    assert await call(give) == ToolOutput(value=value, content=content)


@pytest.mark.parametrize("returned", [object(), float("nan"), "\ud800", [float("inf")]])
async def test_a_result_without_json_form_is_invalid(returned: Any) -> None:
    @tool
    def give() -> Any:
        return returned

    with pytest.raises(ToolResultInvalid, match="no JSON form"):
        await call(give)


async def test_a_result_is_checked_against_the_annotation() -> None:
    @tool
    def give() -> list[int]:
        return cast("list[int]", ["1"])

    with pytest.raises(ToolResultInvalid, match=r"give returned .*\[0\]: Input should be a valid integer"):
        await call(give)


async def test_a_result_whose_inside_does_not_fit_is_invalid() -> None:
    @tool
    def give() -> Item:
        return Item.model_construct(name=3)

    with pytest.raises(ToolResultInvalid, match="give returned what its annotation does not allow"):
        await call(give)


async def test_a_model_that_keeps_unknown_fields_has_an_open_result() -> None:
    @tool
    def give() -> Loose:
        return Loose.model_validate({"name": "x", "more": 1})

    assert (give.spec.result or {})["additionalProperties"] is True
    assert (await call(give)).value == {"name": "x", "more": 1}


async def test_pictures_become_attachments() -> None:
    picture = ImagePart(data=b"x")

    @tool
    def give(count: int) -> list[str | ImagePart]:
        return ["one", picture][-count:] if count < 3 else ["one", picture, "two"]

    @tool
    def alone() -> ImagePart:
        return picture

    both = await call(give, {"count": 2})
    assert (both.value, both.content, both.attachments) == ("one", "one", (picture,))
    assert (await call(give, {"count": 3})).value == ["one", "two"]
    assert await call(alone) == await call(give, {"count": 1})
    assert await call(alone) == ToolOutput(value=None, content="Attached: image/png", attachments=(picture,))
    assert (alone.spec.result, give.spec.result) == (None, None)


async def test_a_ready_output_is_left_alone() -> None:
    ready = ToolOutput(value={"a": 1}, content="short")

    @tool
    async def give() -> ToolOutput:
        return ready

    assert await call(give) is ready
