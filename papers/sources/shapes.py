"""Outside JSON of a known shape: a msgspec Struct says what is looked at, and of which kind that must be.

The text is read by Python's own parser, as msgspec's refuses lone surrogates, which people's texts have. What a shape
does not name is not looked at; whole numbers are neither fractions nor true or false.
"""

import json
import re
from typing import TypeVar

import msgspec

from papers.sources import checks
from papers.sources.base import SourceError

KINDS = {  # as msgspec names them -> as errors do
    "null": "null",
    "bool": "true or false",
    "int": "a whole number",
    "float": "a fraction",
    "str": "a string",
    "array": "an array",
    "object": "an object",
}
MISSING = r"Object missing required field `(?P<missing>\w+)`"  # as msgspec says it
OTHER_KIND = r"Expected `(?P<expected>\w+)(?: \| null)?`, got `(?P<found>\w+)`"
PROBLEM = re.compile(rf"(?:{MISSING}|{OTHER_KIND})(?: - at `\$\.?(?P<path>.+)`)?")

T = TypeVar("T")


def parsed(text: str | bytes, shape: type[T], expected: str) -> T:
    """JSON of that shape; `expected` says in words what that is. Raises SourceError."""
    try:
        value = json.loads(text, strict=False)  # A control character in one text spoils no list: texts are cleaned.
    except (ValueError, RecursionError) as error:
        raise SourceError(f"expected {expected}, found no JSON: {error}") from error
    return shaped(value, shape, expected)


def shaped(value: object, shape: type[T], expected: str) -> T:
    """What came out of JSON, of that shape. Raises SourceError, which says where it has another, such as in
    paper.authors[].name, whichever of the authors it is."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        problem = PROBLEM.fullmatch(str(error))
        if not problem:
            raise SourceError(f"expected {expected}, found {checks.found(str(error))}") from error
        where = re.sub(r"\[[^]]*\]", "[]", ".".join(filter(None, (problem["path"], problem["missing"]))))
        is_absent = problem["missing"] or (problem["found"] == "null" and where and not where.endswith("[]"))
        if is_absent:
            raise SourceError(f"expected {where}, found none") from error
        wanted = f"{where} to be {KINDS[problem['expected']]}" if where else expected
        raise SourceError(f"expected {wanted}, found {KINDS[problem['found']]}") from error
