"""Sentences a user reads, kept as a key and its values until somebody asks for them in a language.

The sentences themselves are data: one YAML file a topic in `layers/words`, each entry in Chinese and in English, so
that neither language can be forgotten. They live in the lowest room because an error found while reading has to speak
both languages too.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence: its key (`topic.name`, see `layers/words`) and the values its braces stand for.

    A value may be a number, a string, or another Text or Title, which is put into the same language.
    """

    key: str
    values: tuple[tuple[str, object], ...] = ()

    def in_(self, language: Language) -> str:
        """Return the sentence in that language; KeyError if the catalogue lacks the key."""
        topic, _, name = self.key.partition(".")
        return catalogue(topic)[name][language].format(**{k: _spoken(v, language) for k, v in self.values})

    def __str__(self) -> str:
        return self.in_("en")


def say(key: str, /, **values: object) -> Text:
    """Return the sentence `key` (`topic.name`) with these values, in no language yet."""
    return Text(key, tuple(values.items()))


def known(key: str) -> bool:
    """Return whether the catalogue has this sentence."""
    topic, _, name = key.partition(".")
    return name in catalogue(topic)


def spoken(words: Text | str, language: Language) -> str:
    """Return words in that language; a plain string is a user's own and stays as it is."""
    return words.in_(language) if isinstance(words, Text) else words


def _spoken(value: object, language: Language) -> object:
    if isinstance(value, (str, int)):  # most values
        return value
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value == round(value) else value
    in_ = getattr(value, "in_", None)  # of a Text, or of a rule's Title
    return value if in_ is None else in_(language)


@cache
def catalogue(topic: str) -> Mapping[str, Mapping[str, str]]:
    """Return every sentence of a topic by name, in each language, its braces not yet filled in."""
    text = files("layers").joinpath("words", f"{topic}.yaml").read_text(encoding="utf-8")
    sentences: Mapping[str, Mapping[str, str]]
    if text.startswith("{"):  # JSON, which is YAML too: importing yaml would take a third of the time of `--help`
        sentences = json.loads(text)
    else:
        import yaml

        sentences = yaml.load(text, Loader=yaml.CSafeLoader)
    return sentences
