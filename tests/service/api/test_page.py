"""The web page: its files come from this service alone, small, fresh, and under a policy that lets nothing else in."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import zlib
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.helpers.python_programs import output_of
from warpack.service.api.answers.page_files import page_files
from warpack.service.api.calls.page import origin_of

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "service" / "page"
FIRST_VIEW_BYTES = 150 * 1000


def directives(answer_policy: str) -> dict[str, list[str]]:
    return {name: values for name, *values in (part.split() for part in answer_policy.split(";"))}


def test_the_page_names_files_that_are_there(http: TestClient) -> None:
    page = http.get("/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "@" not in page.text
    assert 'data-keys="optional"' in page.text
    named = re.findall(r'(?:src|href)="(page/[^"]+)"', page.text)
    assert len(named) > 10
    for name in named:
        answer = http.get(f"/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]


def test_the_page_holds_no_script_and_names_no_other_host(http: TestClient) -> None:
    text = http.get("/").text
    assert not re.search(r"<script(?![^>]*\ssrc=)|\son\w+=|\sstyle=|<style", text)
    for path in PAGE.rglob("*"):
        if path.suffix in {".html", ".css", ".js"} and path.parent.name != "vendor":
            said = set(re.findall(r"https?://\w[\w.:-]*", path.read_text(encoding="utf-8")))
            assert said <= {"http://www.w3.org"}, path


def test_the_policy_lets_in_nothing_but_the_service(http: TestClient) -> None:
    answer = http.get("/")
    found = directives(answer.headers["content-security-policy"])
    assert found["default-src"] == ["'none'"]
    assert found["script-src"] == found["style-src"] == found["connect-src"] == ["'self'"]
    assert found["frame-ancestors"] == found["base-uri"] == found["form-action"] == ["'none'"]
    assert answer.headers["x-frame-options"] == "DENY"


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://raw.example/a/b.json", "https://raw.example"),
        ("http://localhost:8080/m.yaml?x=1", "http://localhost:8080"),
        ("https://user:secret@Raw.Example/a", "https://raw.example"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("page/examples/01-two-buffers.json", None),
        ("javascript:alert(1)", None),
        ("https://a.example; script-src *", None),
        ("https://*.example/a", None),
        ("https://a.example:99999999/", None),
        ("https://[", None),
        ("ftp://a.example/b", None),
        ("https://" + "a" * 5000, None),
    ],
)
def test_an_address_to_fetch_opens_just_its_origin(http: TestClient, address: str, origin: str | None) -> None:
    assert origin_of(address) == origin
    found = directives(http.get("/", params={"url": address}).headers["content-security-policy"])
    assert found["connect-src"] == ["'self'", *([] if origin is None else [origin])]
    assert found["script-src"] == ["'self'"]


def test_only_the_embedded_page_may_be_framed(http: TestClient) -> None:
    answer = http.get("/?embed")
    assert directives(answer.headers["content-security-policy"])["frame-ancestors"] == ["*"]
    assert "x-frame-options" not in answer.headers
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert http.get("/docs").headers["x-frame-options"] == "DENY"


def test_files_are_compressed_for_those_who_take_it(http: TestClient) -> None:
    path = f"/page/{page_files().version}/style.css"
    for accepted, packed in (("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("identity", False)):
        answer = http.get(path, headers={"Accept-Encoding": accepted})
        assert (answer.headers.get("content-encoding") == "gzip") == packed, accepted
        assert answer.headers["vary"] == "Accept-Encoding"
        assert answer.text == (PAGE / "style.css").read_text(encoding="utf-8")


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_what_is_known_is_not_sent_again(http: TestClient, accepted: str) -> None:
    for path in ("/", "/page/js/api.js"):
        fields = {"Accept-Encoding": accepted}
        answer = http.get(path, headers=fields)
        again = http.get(path, headers=fields | {"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers.get("content-security-policy") == answer.headers.get("content-security-policy")
        head = http.head(path, headers=fields)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == answer.headers["content-length"]


@pytest.mark.parametrize(
    "path",
    [
        "/page/",
        "/page/nothing.js",
        "/page/index.html",
        "/page/vendor/README.md",
        "/page/../keys.py",
        "/page/%2e%2e/%2e%2e/pyproject.toml",
        "/page/js/..%2fstyle.css",
        "/page/000000000000/nothing.js",
    ],
)
def test_there_is_no_other_file(http: TestClient, path: str) -> None:
    answer = http.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_a_file_of_an_older_version_is_still_there_but_is_not_kept(http: TestClient) -> None:
    answer = http.get("/page/000000000000/js/api.js")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-cache"


def test_the_first_view_is_small(http: TestClient) -> None:
    page = http.get("/", headers={"Accept-Encoding": "gzip"})
    named = set(re.findall(r'(?:src|href)="(page/[^"]+)"', page.text)) | {"page/examples/index.json"}
    files = [http.get(f"/{name}", headers={"Accept-Encoding": "gzip"}) for name in named]
    assert sum(int(answer.headers["content-length"]) for answer in (page, *files)) < FIRST_VIEW_BYTES
    assert not [name for name in named if "codemirror" in name]


def test_the_examples_are_those_of_the_project(http: TestClient) -> None:
    listed = http.get("/page/examples/index.json").json()
    files = sorted(path.name for path in (ROOT / "examples").glob("[0-9]*.json"))
    assert [each["file"] for each in listed] == files
    for each in listed:
        manifest = http.get(f"/page/examples/{each['file']}").json()
        assert manifest == json.loads((ROOT / "examples" / each["file"]).read_text(encoding="utf-8"))
        assert (each["name"], each["buffers"]) == (manifest["name"], len(manifest["buffers"]))
        assert (PAGE / "examples" / each["file"]).is_symlink()


def test_every_vendored_file_has_its_version_licence_and_hash() -> None:
    told = (PAGE / "vendor" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([\w.-]+)` \| [^|]+ \| ([\w.-]+) \| ([0-9a-f]{64}) \|$", told, re.MULTILINE)
    files = {path.name: path.read_bytes() for path in (PAGE / "vendor").glob("*.js")}
    assert {name for name, _, _ in rows} == set(files)
    for name, licence, sha256 in rows:
        assert licence
        assert hashlib.sha256(files[name]).hexdigest() == sha256
    assert len(re.findall(r"[@\w/-]+@\d+\.\d+\.\d+", told)) >= 19


def test_the_program_of_the_documentation_makes_a_link_that_holds_the_manifest(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    link = output_of(tmp_path / "program.py", simulator=False, paths=(ROOT,), cwd=ROOT).strip()
    letters = link.partition("#m=")[2]
    packed = base64.urlsafe_b64decode(letters + "=" * (-len(letters) % 4))
    assert zlib.decompress(packed, -15) == (ROOT / "examples" / "01-two-buffers.json").read_bytes()


def test_a_packed_file_is_the_file() -> None:
    for name, file in page_files().by_name.items():
        assert file.packed is None or gzip.decompress(file.packed) == file.plain, name


def test_modules_of_the_page_are_short() -> None:
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in (PAGE / "js").rglob("*.js")}
    assert {path for path, lines in lengths.items() if lines > 300} == set()
