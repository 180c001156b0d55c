"""Reading a hand-written YAML file so that every mistake can be told with its line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import TypeAdapter, ValidationError

# Keys and list indexes from the root, e.g. ("kommuner", "0751", "overgang").
Place = tuple[str | int, ...]

Model = TypeVar("Model")
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


@dataclass
class PlacedYaml:
    """The content of a YAML file, the line of each of its places, and its mistakes as sentences.

    Scalars are the text that stands there and null is None: YAML's own types turn 0751 into 489 and a
    time into another zone. ``content`` is None when the file could not be read.
    """

    name: str
    content: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    mistakes: list[str] = field(default_factory=list)

    def mistake(self, place: Place, what: str, *, line: int | None = None) -> None:
        """Note a mistake at ``place``; its line is that of the nearest place that stands in the file."""
        if line is None:
            nearest = (place[:length] for length in range(len(place), -1, -1))
            line = next((self.lines[held] for held in nearest if held in self.lines), 1)
        key = ".".join(str(part + 1 if isinstance(part, int) else part) for part in place)
        self.mistakes.append(f"{self.name}, line {line}: {key + ': ' if key else ''}{what}")


def read_yaml(path: Path) -> PlacedYaml:
    """Read ``path``; whatever is wrong with it is in ``mistakes``, nothing is raised."""
    read = PlacedYaml(path.name)
    try:
        text = path.read_text(encoding="utf-8-sig")
        events = yaml.parse(text, Loader=yaml.SafeLoader)
        references = [
            event.start_mark.line + 1 if event.start_mark else 1
            for event in events
            if isinstance(event, yaml.AliasEvent)
        ]
        for line in references:
            read.mistake((), "references (*name) are not read; write the value out", line=line)
        node = None if references else yaml.compose(text, Loader=yaml.SafeLoader)
    except FileNotFoundError:
        read.mistakes.append(f"{path.name}: there is no such file in {path.parent}; name the file with --estate")
    except (OSError, UnicodeDecodeError):
        read.mistakes.append(f"{path.name}: is not a readable UTF-8 text file; check path, rights and encoding")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        read.mistake((), f"is not YAML: {error.problem}", line=mark.line + 1 if mark else 1)
    except (yaml.YAMLError, RecursionError):
        read.mistakes.append(f"{path.name}: is not YAML: it holds a character that no text holds, or nests too deep")
    else:
        if node is not None:
            read.content = _value(node, (), read)
    return read


_SENTENCES = {
    "missing": "is missing; add it",
    "string_pattern_mismatch": "does not have the right form",
    "dict_type": "must be keys and values",
    "model_type": "must be keys and values",
    "list_type": "must be a list, each item beginning with '- '",
    "tuple_type": "must be a list, each item beginning with '- '",
    "too_short": "must name at least one kommune",
    "string_too_short": "must not be empty",
    "string_type": "must be text",
}


def validated(
    read: PlacedYaml, model: TypeAdapter[Model], content: object, known_at: Callable[[Place], str]
) -> tuple[Model | None, set[Place]]:
    """``content`` as ``model``, or None and the places of its mistakes, each of them noted in ``read``.

    ``known_at`` names the keys that a place may hold.
    """
    try:
        return model.validate_python(content), set()
    except ValidationError as error:
        return None, _note_mistakes(read, error, known_at)


def _note_mistakes(read: PlacedYaml, error: ValidationError, known_at: Callable[[Place], str]) -> set[Place]:
    places = set()
    for found in error.errors():
        place: Place = tuple(part for part in found["loc"] if part != "[key]")
        match found["type"]:
            case "extra_forbidden":
                what = f"unknown key; known here: {known_at(place)}"
            case "literal_error":
                what = f"must be {found['ctx']['expected']}"
            case "value_error":
                what = str(found["ctx"]["error"])
            case kind:
                what = _SENTENCES.get(kind, found["msg"])
        read.mistake(place, what)
        places.add(place)
    return places


def require_quotes(read: PlacedYaml, node: yaml.Node, place: Place) -> None:
    """A kommunekode must be text: 0751 without quotes is an octal number to YAML, 0801 is not."""
    if node.tag in _NUMBERS:
        quoted = f'"{str(node.value).zfill(4)}"'
        read.mistake(
            place,
            f"a kommunekode must stand in quotes, {quoted}: without them YAML reads it as a number",
            line=node.start_mark.line + 1,
        )


def _value(node: yaml.Node, place: Place, read: PlacedYaml) -> Any:
    read.lines.setdefault(place, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*place, index), read) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, place, read)
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if place[-1:] == ("kommunekode",):
        require_quotes(read, node, place)
    return node.value


def _mapping(node: yaml.MappingNode, place: Place, read: PlacedYaml) -> Mapping[str, Any]:
    result: dict[str, Any] = {}
    for key, item in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            read.mistake(place, "a key must be one word", line=line)
            continue
        inner = (*place, key.value)
        if place == ("kommuner",):
            require_quotes(read, key, inner)
        if key.value in result:
            read.mistake(inner, "stands twice; keep one", line=line)
        read.lines[inner] = line
        result[key.value] = _value(item, inner, read)
    return result
