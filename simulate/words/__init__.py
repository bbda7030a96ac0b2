"""The words of a declaration, one file each: `words/KIND/WORD.py` holds all that a word means.

A file has, side by side:

- the class `Word`, the reference meaning, written to be read (`kvratio.simulate.declared` uses it),
  with the word's traits as class attributes;
- its static methods that judge a finished run from the definition, without the shortcuts that a
  scheduler takes (`kvratio.simulate.testing.declaration` uses them);
- functions that the kernel compiles (`kvratio.simulate.kernel.hooks` says which). The compiler is
  not loaded with them; where they need it, they stand in another file, and `KERNEL` names that.

The base class of a kind (`words/KIND/__init__.py`) says what its words may define, and has the
usual meaning of everything that most words share.

A file is loaded when a policy with that word is declared. To add a word, add the member of the
enumeration in `kvratio.simulate.policy` and the file with its name in lower case.
"""

from enum import IntEnum
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any


def file_of(word: IntEnum) -> ModuleType:
    """The module of a word.

    >>> from kvratio.simulate.policy import Admits
    >>> file_of(Admits.SLOT).__name__
    'kvratio.simulate.words.admits.slot'
    """
    return _load(type(word).__name__.lower(), word.name.lower())


def of(word: IntEnum) -> Any:
    """The class `Word` of a word: its reference meaning and its traits.

    >>> from kvratio.simulate.policy import Assumes
    >>> of(Assumes.UPPER).sees
    frozenset({'upper'})
    """
    return file_of(word).Word


def kernel_of(word: IntEnum) -> ModuleType:
    """The module with a word's functions for the kernel: its file, or the one that it names."""
    module = file_of(word)
    return import_module(module.KERNEL) if hasattr(module, "KERNEL") else module


@cache
def _load(kind: str, word: str) -> ModuleType:
    return import_module(f"{__name__}.{kind}.{word}")
