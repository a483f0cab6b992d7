"""WebKit, led by Selenium: the part of Playwright's `Page` that tests in all three browsers use.

What is done as a person does it (clicks, keys, files) goes through WebDriver; what is only looked at is asked of the
page by a script. Selectors are CSS, without Playwright's own additions.
"""

from __future__ import annotations

import os
import pty
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from selenium.common.exceptions import (
    ElementClickInterceptedException,
    ElementNotInteractableException,
    JavascriptException,
    StaleElementReferenceException,
)
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service
from selenium.webdriver.webkitgtk.webdriver import WebDriver

from tests.drawn_hand import UploadedFile
from tests.find_browser import SYSTEM_PYTHON

WINDOW = Path(__file__).with_name("webkit_window.py")
PATIENCE_MS = 30_000
LOOK_EVERY_S = 0.05
# How WebKit writes a page's console to its standard output.
CONSOLE_ERROR = re.compile(r"CONSOLE(?: [A-Z]+)? ERROR (.*)")
# WebKitGTK installs no pages as apps, and calls what the policy says of that an error; Safari knows it.
OF_WEBKITGTK_ALONE = ("Unrecognized Content-Security-Policy directive 'manifest-src'.",)

# As Playwright evaluates: an expression, or a function that is called with the argument; promises are waited for.
EVALUATE = """
const [given, done] = arguments;
(async () => {
    const found = (%s);
    return typeof found === "function" ? await found(given) : await found;
})().then((value) => done({ value }), (error) => done({ error: String(error) }));
"""
VISIBLE = """(selector) => {
    const found = document.querySelector(selector);
    if (!found) return null;
    const { width, height } = found.getBoundingClientRect();
    return width > 0 && height > 0 && getComputedStyle(found).visibility === "visible";
}"""


class WebKitPage:
    """One window of WebKit. Names and meanings are those of Playwright's `Page`; waits raise TimeoutError."""

    def __init__(self, driver: WebDriver, folder: Path) -> None:
        self._driver = driver
        self._folder = folder
        self.keyboard = Keyboard(driver)

    def goto(self, address: str) -> None:
        self._driver.get(address)

    def reload(self) -> None:
        self._driver.refresh()

    def title(self) -> str:
        return self._driver.title

    def evaluate(self, script: str, given: object = None) -> Any:
        answer = self._driver.execute_async_script(EVALUATE % script.strip().rstrip(";"), given)
        if "error" in answer:
            raise JavascriptException(answer["error"])
        return answer.get("value")

    def wait_for_function(self, script: str, arg: object = None, timeout: float = PATIENCE_MS) -> Any:
        return self._wait(lambda: self.evaluate(script, arg), script, timeout)

    def wait_for_selector(self, selector: str, state: str = "visible", timeout: float = PATIENCE_MS) -> None:
        fits = {"visible": (True,), "hidden": (False, None), "attached": (True, False), "detached": (None,)}[state]
        self._wait(lambda: self.evaluate(VISIBLE, selector) in fits, f"{selector} {state}", timeout)

    def is_visible(self, selector: str) -> bool:
        return self.evaluate(VISIBLE, selector) is True

    def is_hidden(self, selector: str) -> bool:
        return not self.is_visible(selector)

    def is_disabled(self, selector: str) -> bool:
        return not self._element(selector).is_enabled()

    def is_enabled(self, selector: str) -> bool:
        return not self.is_disabled(selector)

    def inner_text(self, selector: str) -> str:
        self.wait_for_selector(selector, "attached")
        return str(self.evaluate("(selector) => document.querySelector(selector).innerText", selector))

    def get_attribute(self, selector: str, name: str) -> str | None:
        self.wait_for_selector(selector, "attached")
        found: str | None = self.evaluate(
            "([selector, name]) => document.querySelector(selector).getAttribute(name)", [selector, name]
        )
        return found

    def input_value(self, selector: str) -> str:
        self.wait_for_selector(selector, "attached")
        return str(self.evaluate("(selector) => document.querySelector(selector).value", selector))

    def click(self, selector: str, timeout: float = PATIENCE_MS) -> None:
        self.wait_for_selector(selector, timeout=timeout)
        self._wait(lambda: self._clicked(selector), f"{selector} to be clicked", timeout)

    def check(self, selector: str) -> None:
        self._set_checked(selector, True)

    def uncheck(self, selector: str) -> None:
        self._set_checked(selector, False)

    def fill(self, selector: str, text: str) -> None:
        """Types over what stands in a field."""
        self.wait_for_selector(selector)
        element = self._element(selector)
        element.clear()
        element.send_keys(text)

    def select_option(self, selector: str, value: str) -> None:
        self.wait_for_selector(selector)
        self._element(selector).find_element(By.CSS_SELECTOR, f"option[value='{value}']").click()

    def set_input_files(self, selector: str, files: Path | UploadedFile | Sequence[Path | UploadedFile]) -> None:
        """Files of this machine, or `{"name", "mimeType", "buffer"}`; WebKit guesses the type by the name."""
        several: list[Any] = [files] if isinstance(files, Path | dict) else list(files)
        self.wait_for_selector(selector, "attached")
        self._element(selector).send_keys("\n".join(str(self._file(each)) for each in several))

    def screenshot(self, path: Path | str) -> None:
        self._driver.save_screenshot(str(path))

    def set_viewport_size(self, size: dict[str, int]) -> None:
        self._driver.set_window_size(size["width"], size["height"])

    def _element(self, selector: str) -> WebElement:
        return self._driver.find_element(By.CSS_SELECTOR, selector)

    def _set_checked(self, selector: str, wanted: bool) -> None:
        def is_so() -> bool:
            # While a page finds its places, a press and its release may fall on two things.
            if self.evaluate("(selector) => document.querySelector(selector).checked", selector) is not wanted:
                self._clicked(selector)
            return self.evaluate("(selector) => document.querySelector(selector).checked", selector) is wanted

        self.wait_for_selector(selector)
        self._wait(is_so, f"{selector} to change", PATIENCE_MS)

    def _clicked(self, selector: str) -> bool:
        try:
            self._element(selector).click()
        except (ElementClickInterceptedException, ElementNotInteractableException, StaleElementReferenceException):
            return False
        return True

    def _file(self, given: Path | UploadedFile) -> Path:
        if isinstance(given, Path):
            return given.resolve()
        path = Path(tempfile.mkdtemp(dir=self._folder)) / str(given["name"])
        path.write_bytes(given["buffer"])
        return path

    def _wait(self, look: Callable[[], Any], what: str, timeout_ms: float) -> Any:
        end = time.monotonic() + timeout_ms / 1000
        while True:
            # A page that is just being loaded anew has no answer.
            with suppress(JavascriptException):
                found = look()
                if found:
                    return found
            if time.monotonic() > end:
                raise TimeoutError(f"after {timeout_ms / 1000:.0f} s still waiting for {what}")
            time.sleep(LOOK_EVERY_S)


class Keyboard:
    """Keys for whatever has the focus."""

    def __init__(self, driver: WebDriver) -> None:
        self._driver = driver

    def press(self, key: str) -> None:
        self._driver.switch_to.active_element.send_keys(" " if key == "Space" else str(getattr(Keys, key.upper(), key)))

    def type(self, text: str) -> None:
        self._driver.switch_to.active_element.send_keys(text)


@contextmanager
def webkit_page(
    driver_path: str,
    profile: Path,
    language: str,
    size: tuple[int, int],
    pretend_camera: bool,
    scripts: Sequence[str],
    on_console_error: Callable[[str], None],
) -> Iterator[WebKitPage]:
    """A window of WebKit with a profile that stays in `profile`; ended in the end, with all that it said."""
    camera = "pretended" if pretend_camera else "none"
    with _display() as display, _terminal(on_console_error) as output, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = [folder / f"{number}.js" for number in range(len(scripts))]
        for file, script in zip(files, scripts, strict=True):
            file.write_text(script, "utf-8")
        options = Options()
        options.binary_location = SYSTEM_PYTHON
        for argument in (WINDOW, profile, language, *size, camera, *files):
            options.add_argument(str(argument))
        environment = {**os.environ, "DISPLAY": display, "GDK_BACKEND": "x11", "NO_AT_BRIDGE": "1"}
        # What belongs to our own Python would lead the system's astray.
        environment = {key: value for key, value in environment.items() if not key.startswith("PYTHON")}
        # The last stage of WebKit's compiler takes longer than a test lives, and half of its processor time.
        environment.setdefault("JSC_useOMGJIT", "0")
        service = Service(driver_path, log_output=output, env=environment)
        driver = WebDriver(options, service)
        try:
            driver.set_script_timeout(600)
            yield WebKitPage(driver, folder)
        finally:
            driver.quit()


@contextmanager
def _display() -> Iterator[str]:
    """A screen that nobody sees."""
    read, write = os.pipe()
    command = [shutil.which("Xvfb") or "Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1200x24"]
    with subprocess.Popen(
        [*command, "-nolisten", "tcp"], pass_fds=[write], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        os.close(write)
        try:
            with os.fdopen(read) as said:
                number = said.readline().strip()
            if not number:
                raise RuntimeError("Xvfb does not start")
            yield f":{number}"
        finally:
            server.terminate()


@contextmanager
def _terminal(on_console_error: Callable[[str], None]) -> Iterator[IO[str]]:
    """Where WebKit writes: a terminal, since it would keep what it says to itself in a pipe."""
    ours, theirs = pty.openpty()

    def listen() -> None:
        # Reading ends with an error when nobody is left who could write.
        with suppress(OSError), os.fdopen(ours, errors="replace") as lines:
            for line in lines:
                found = CONSOLE_ERROR.search(line)
                if found and found.group(1).strip() not in OF_WEBKITGTK_ALONE:
                    on_console_error(found.group(1).strip())

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    with os.fdopen(theirs, "w") as terminal:
        yield terminal
    thread.join(timeout=10)
