"""The scripted endpoint, in process: each step says what it should, whole and streamed."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx2
import pytest

from copilot.model_server import Played, Script, Step, application, main, read_script
from engine.errors import InputError

BODY = {"model": "m", "messages": [{"role": "user", "content": "hi"}]}


def ask(
    *steps: dict[str, Any], bodies: list[dict[str, Any]] | None = None
) -> list[httpx2.Response]:
    """Answers of a script to requests in order."""

    async def run() -> list[httpx2.Response]:
        transport = httpx2.ASGITransport(
            app=application(Script.model_validate({"steps": list(steps)}))
        )
        async with httpx2.AsyncClient(transport=transport, base_url="http://model") as client:
            return [
                await client.post("/v1/chat/completions", json=body) for body in bodies or [BODY]
            ]

    return asyncio.run(run())


def test_steps_are_played_in_order_and_the_last_one_repeats() -> None:
    """`times` repeats a step, the script's end repeats for ever."""
    played = Played(
        Script(steps=(Step(kind="text", text="a", times=2), Step(kind="text", text="b")))
    )
    assert [played.next().text for _ in range(5)] == ["a", "a", "b", "b", "b"]


def test_a_whole_reply_has_the_form_of_the_protocol() -> None:
    """Text, finish reason and usage stand where a client looks for them."""
    body = ask({"kind": "text", "text": "hello"})[0].json()
    assert body["choices"][0]["message"]["content"] == "hello"
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["total_tokens"] > 0


def test_a_streamed_reply_adds_up_to_the_same_text() -> None:
    """Chunks, then usage, then the end mark."""
    raw = ask({"kind": "text", "text": "hello streaming world"}, bodies=[{**BODY, "stream": True}])[
        0
    ].text
    lines = [line[6:] for line in raw.splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    deltas = [json.loads(line)["choices"] for line in lines[:-1]]
    assert "".join(c[0]["delta"].get("content", "") for c in deltas if c) == "hello streaming world"


def test_a_tool_call_names_the_tool() -> None:
    """Whole and in pieces."""
    message = ask({"kind": "tool", "tool": "read_context", "arguments": "{}"})[0].json()["choices"][
        0
    ]["message"]
    assert message["tool_calls"][0]["function"] == {"name": "read_context", "arguments": "{}"}


@pytest.mark.parametrize(
    ("step", "status", "header"),
    [
        ({"kind": "rate_limited", "retry_after_s": 3}, 429, "3"),
        ({"kind": "error", "status": 503}, 503, None),
        ({"kind": "bad_request"}, 400, None),
    ],
)
def test_failures_are_statuses(step: dict[str, Any], status: int, header: str | None) -> None:
    """With the headers that go with them."""
    answer = ask(step)[0]
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, header)


def test_a_field_that_the_endpoint_does_not_know_is_refused_without_using_up_the_step() -> None:
    """As small servers do; the same step answers the next form."""
    refusing = {"kind": "text", "text": "ok", "refuses": ["response_format"]}
    answers = ask(refusing, bodies=[{**BODY, "response_format": {}}, BODY])
    assert [answer.status_code for answer in answers] == [400, 200]


def test_scripts_come_from_toml_and_json(tmp_path: Path) -> None:
    """Both say the same."""
    toml, plain = tmp_path / "s.toml", tmp_path / "s.json"
    toml.write_text('[[steps]]\nkind = "text"\ntext = "hi"\n')
    plain.write_text('{"steps": [{"kind": "text", "text": "hi"}]}')
    assert read_script(toml) == read_script(plain)


@pytest.mark.parametrize(
    "raw", ["", "steps = 3", '[[steps]]\nkind = "dance"', "[[steps]]\nkind = 'text'\nextra = 1"]
)
def test_a_wrong_script_is_refused_with_a_code(
    tmp_path: Path, raw: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything listens."""
    path = tmp_path / "s.toml"
    path.write_text(raw)
    with pytest.raises(InputError):
        read_script(path)
    assert main(["--script", str(path)]) == 2
    assert json.loads(capsys.readouterr().err)["error"]["code"] in {
        "RECORD_INVALID",
        "MODEL_SCRIPT_INVALID",
    }


def test_a_missing_script_is_refused(tmp_path: Path) -> None:
    """The code says that the file could not be read."""
    with pytest.raises(InputError) as caught:
        read_script(tmp_path / "none.toml")
    assert caught.value.code == "MODEL_SCRIPT_INVALID"
