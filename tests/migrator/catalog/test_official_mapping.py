"""Every API of the vendor's mapping from PyTorch is in the catalog."""

import json
from pathlib import Path

from migrator.catalog import Catalog

LISTED = json.loads((Path(__file__).parent / "official_mapping.json").read_text())


def test_every_name_has_a_row():
    catalog = Catalog()
    assert len(LISTED) == 514
    assert [name for name in LISTED if catalog.row(name) is None] == []


def test_every_row_says_what_to_write_or_why_not():
    catalog = Catalog()
    rows = [catalog.row(name) for name in LISTED]
    assert [row.name for row in rows if row is not None and not row.forms and not row.refused] == []
