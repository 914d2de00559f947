"""Prompts from files, filled strictly: a missing or an unknown name is an error, not a blank.

What comes from outside (messages, documents, findings) is fenced and cannot close its fence; it
is data to the model, never an instruction of ours.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from engine.errors import InputError

_FOLDER: Final = Path(__file__).parent / "prompts"
_NAME = re.compile(r"<<([a-z_]+)>>")
_FENCE = re.compile(r"<(/?)untrusted", re.IGNORECASE)


@cache
def _template(name: str) -> str:
    path = _FOLDER / f"{name}.md"
    if not re.fullmatch(r"[a-z_]+", name) or not path.is_file():
        raise InputError("PROMPT_UNKNOWN", "there is no such prompt", value=name)
    return path.read_text(encoding="utf-8")


def fill(name: str, **values: str) -> str:
    """A prompt with its values.

    Raises:
        InputError: PROMPT_UNKNOWN, or PROMPT_VALUES when names and values do not match exactly.
    """
    template = _template(name)
    wanted = set(_NAME.findall(template))
    if wanted != set(values):
        odd = sorted(wanted ^ set(values))
        raise InputError(
            "PROMPT_VALUES", f"prompt {name} and its values do not match", value=", ".join(odd)
        )
    return _NAME.sub(lambda match: values[match[1]], template)


def fenced(kind: str, text: str) -> str:
    """Text from outside between marks that it cannot write itself."""
    safe = _FENCE.sub(r"&lt;\1untrusted", text)
    return f'<untrusted kind="{kind}">\n{safe}\n</untrusted>'
