"""Pages are sent in the encoding that a client likes best."""

import pytest

from digest.serving import encodings

pytestmark = pytest.mark.one_database


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("gzip;q=1.0, br;q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("*", "br"),
        ("*;q=0.5, br;q=0", "gzip"),
        ("identity, gzip;q=0.5", "identity"),
        ("gzip;q=0", "identity"),
        ("br;q=no", "identity"),
        ("deflate", "identity"),
        ("", "identity"),
        (f"{'x' * 200}, br", "identity"),
    ],
)
def test_a_page_comes_in_the_encoding_that_is_liked_best(accepted: str, chosen: str):
    assert encodings.chosen(accepted) == chosen
