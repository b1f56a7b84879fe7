"""What E-ARK's own validator says of a package. It loads its vocabularies from the web; here, from its own files."""

from __future__ import annotations

import io
import json
import sys
import urllib.request
from importlib.util import find_spec
from pathlib import Path

VOCABULARIES = "https://earkcsip.dilcis.eu/schema/"


def main(package: Path) -> None:
    spec = find_spec("eark_validator")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0]) / "ipxml" / "resources" / "vocabs"

    def from_own_files(uri: str) -> io.BytesIO:
        assert uri.startswith(VOCABULARIES)
        return io.BytesIO((folder / uri.removeprefix(VOCABULARIES)).read_bytes())

    urllib.request.urlopen = from_own_files  # type: ignore[assignment]
    from eark_validator.packages import PackageValidator  # noqa: PLC0415 - it fetches its vocabularies when it is imported

    report = PackageValidator(package).validation_report
    found = list(report.structure.messages)
    for results in (report.metadata.schema_results, report.metadata.schematron_results) if report.metadata else ():
        found += results.messages
    told = [(one.severity.name, one.rule_id, one.message) for one in found]
    sys.stdout.write(json.dumps({"structure": report.structure.status.name, "found": told}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
