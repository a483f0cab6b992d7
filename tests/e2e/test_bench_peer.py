"""The bench's `--peer`: a page built as the original's is opened from its files and timed; what is none is named."""

import pytest

from tests.bench import peer
from tests.bench.run import main
from tests.bench.slow import NoReadingError

LIFTED = "https://cdn.example/npm/onnxruntime-web/dist/lifted.js"
# As the original's is built, with a scan of 0.3 s, or none.
PAGE = f"""<!doctype html><title>page</title><script src="{LIFTED}"></script>
<div id="app" class="hidden"><div id="scanOverlay" class="hidden"></div><button id="captureBtn">scan</button></div>
<section id="resultSection" class="hidden"><button id="retakeBtn">again</button></section>
<script src="page.js"></script>"""
SCRIPT = """
const of = (id) => document.getElementById(id);
const show = (id, shown) => of(id).classList.toggle("hidden", !shown);
of("captureBtn").onclick = () => {
    show("scanOverlay", true);
    setTimeout(() => {
        show("scanOverlay", false);
        if (outcome === "none") alert("too few frames"); else show("resultSection", true);
    }, 300);
};
of("retakeBtn").onclick = () => show("resultSection", false);
setTimeout(() => show("app", true), 200);
"""


def folder_of_a_page(folder, outcome):
    (folder / "runtime" / "dist").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "page.js").write_text(SCRIPT)
    (folder / "runtime" / "dist" / "lifted.js").write_text(f"var outcome = {outcome!r};")
    return folder


def test_its_start_and_its_scans_are_timed_and_its_runtime_comes_from_the_folder(browser, tmp_path):
    folder = folder_of_a_page(tmp_path / "web-demo", "result")
    with peer.served(folder) as address:
        original = peer.Original(address, folder)
        assert 0.2 <= original.start_s(browser) < 10
        page = original.looking(browser)
        # One after the other: the page was put back in between.
        assert all(0.3 <= original.scan_s(page) < 10 for _ in range(2))
        page.context.close()


def test_a_scan_without_a_result_says_what_the_page_said(browser, tmp_path):
    folder = folder_of_a_page(tmp_path / "web-demo", "none")
    with peer.served(folder) as address:
        original = peer.Original(address, folder)
        page = original.looking(browser)
        with pytest.raises(NoReadingError, match="too few frames"):
            original.scan_s(page)
        page.context.close()


def test_a_folder_that_holds_no_page_is_named(tmp_path, capsys):
    assert main(["--peer", str(tmp_path / "nothing")]) == 1
    assert f"{tmp_path / 'nothing'} holds no index.html" in capsys.readouterr().err
