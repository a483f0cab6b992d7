"""Sets up what the tests need, then runs ruff, mypy and pytest. More arguments go on to pytest."""

import os
import subprocess
import sys

import bootstrap
from tests import find_browser

# Two files of tests side by side: a browser waits as often as it works. `-n 0` puts them one after the other.
PROCESSES = ("--numprocesses=auto", "--maxprocesses=2", "--dist=loadfile", "--no-loadscope-reorder")
# A test that never ends is stopped and named; the longest takes some three minutes. What fails is shown at once.
REPORTS = ("--timeout=900", "--timeout-method=thread", "--instafail")


def run(name: str, *command: str) -> bool:
    """Whether this step ended well; it says its name first."""
    bootstrap.say(f"{name}: {' '.join(command)}")
    return subprocess.run([sys.executable, "-m", *command], cwd=bootstrap.ROOT, check=False).returncode == 0


def build_page() -> bool:
    """The page is made once, before each process of the tests would make it for itself."""
    from building import is_stale

    if not is_stale(bootstrap.ROOT / "dist"):
        return True
    bootstrap.say("page: build.py")
    return subprocess.run([sys.executable, "build.py"], cwd=bootstrap.ROOT, check=False).returncode == 0


def main(arguments: list[str]) -> int:
    bootstrap.enter("test", "train")
    tools = bootstrap.node_tools()
    if tools is None:
        bootstrap.stop("no Node for the tests: install Node 20 or newer with npm, then run this again")
    os.environ["HEMOLENS_NODE"] = tools[0][0]
    os.environ["HEMOLENS_NPM"] = tools[1][0]
    # Empty where there is none, so that the tests do not look again.
    firefox, webkit = find_browser.find_firefox(), find_browser.find_webkit()
    os.environ[find_browser.CHROMIUM] = find_browser.find_browser()
    os.environ[find_browser.FIREFOX] = firefox or ""
    os.environ[find_browser.WEBKIT] = webkit or ""
    bootstrap.say(f"Python {sys.executable}")
    bootstrap.say(f"Node {os.environ['HEMOLENS_NODE']}, Chromium {os.environ[find_browser.CHROMIUM]}")
    bootstrap.say(f"Firefox {firefox}" if firefox else f"{find_browser.NO_FIREFOX}; its tests are skipped")
    bootstrap.say(f"WebKit {webkit}" if webkit else f"{find_browser.NO_WEBKIT}; its tests are skipped")
    well = [
        run("style", "ruff", "check"),
        run("types", "mypy"),
        build_page(),
        # Last, so that its summary is what stands at the end of the screen.
        run("tests", "pytest", *PROCESSES, *REPORTS, *arguments),
    ]
    return 0 if all(well) else 1


if __name__ == "__main__":
    try:
        raise SystemExit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
