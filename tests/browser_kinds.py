"""The page in Chromium, Firefox and WebKit: the same `Visit` in each, with a profile that stays.

    kind = find_kind("firefox")
    with kind.visiting(host.address, folder) as visit:
        visit.open()
        visit.wait_for_engine()

Leaving and entering again with the same folder closes the browser and starts it again. Chromium and Firefox are led by
Playwright, which speaks WebDriver BiDi with a Firefox as it is installed; WebKit by Selenium. Tests for all three keep
to what `tests.browser_webkit.WebKitPage` has of Playwright's page.

What these tests cannot show:

- Chromium: its camera plays a film, which knows nothing of a real one's light, focus and permission.
- Firefox: it has no camera that plays a film. Its own pretended camera shows coloured noise; the drawn hand comes from
  a canvas instead of `getUserMedia`, so its colours have not been halved as a camera's are, and no permission is asked.
- WebKit: this is WebKitGTK. It has Safari's engine, but neither Apple's picture and video decoders (HEIC, colour), nor
  its camera, storage limits, suspended tabs and home screen. Its pretended camera shows a clock, the drawn hand comes
  from a canvas as in Firefox. Which addresses it asks is not heard; the page's policy is what keeps it to its own. The
  last stage of its compiler is off, for it takes longer than a test lives (`JSC_useOMGJIT=1` in the environment: on).
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Playwright, Request, sync_playwright

from tests import find_browser
from tests.browser import Visit, chromium_arguments
from tests.drawn_hand import draw_hand
from tests.film import SIZE, film_of_the_drawn_hand, fitted

NAMES = ("chromium", "firefox", "webkit")
NONE, PRETENDED, HAND = "none", "pretended", "hand"
PHONE = (390, 844)

# Firefox without a word to anybody outside, and with a camera that needs neither a device nor an answer.
QUIET_FIREFOX = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.newtabpage.activity-stream.asrouter.providers.message-groups": "{}",
    "browser.safebrowsing.downloads.remote.enabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "messaging-system.rsexperimentloader.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
}
PRETENDED_IN_FIREFOX = {"media.navigator.streams.fake": True, "media.navigator.permission.disabled": True}

# The drawn hand instead of a camera: a canvas as a stream, with a grain that lies elsewhere in each frame.
HAND_FROM_A_CANVAS = """
if (window.MediaDevices) MediaDevices.prototype.getUserMedia = async () => {
    const bytes = Uint8Array.from(atob("%s"), (letter) => letter.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const { width, height } = picture;
    const [canvas, grain] = [64, 0].map((more) => {
        const made = document.createElement("canvas");
        [made.width, made.height] = [width + 64 - more, height + 64 - more];
        return made;
    });
    const levels = new ImageData(grain.width, grain.height);
    for (let at = 0; at < levels.data.length; at += 4) {
        levels.data.fill(Math.random() < 0.5 ? 0 : 255, at, at + 3);
        levels.data[at + 3] = 2;
    }
    grain.getContext("2d").putImageData(levels, 0, 0);
    const paint = canvas.getContext("2d");
    const draw = () => {
        paint.drawImage(picture, 0, 0);
        paint.drawImage(grain, -Math.floor(Math.random() * 64), -Math.floor(Math.random() * 64));
    };
    draw();
    setInterval(draw, 50);
    return canvas.captureStream(20);
};
"""


@dataclass(frozen=True)
class Kind:
    """One of the three browsers, where it is installed."""

    name: str
    program: str

    @contextmanager
    def visiting(
        self,
        address: str,
        profile: Path,
        *,
        camera: str = NONE,
        language: str = "en-US",
        size: tuple[int, int] = PHONE,
        scripts: Sequence[str] = (),
        preferences: Mapping[str, Any] | None = None,
    ) -> Iterator[Visit]:
        """A started browser, page not opened yet; closed in the end.

        `camera` is NONE, the browser's own test picture PRETENDED, or the drawn HAND; `scripts` run before the page's
        own; `size` is (width, height) of the window in CSS pixels; `preferences` are Firefox's. Console errors are in
        the visit, complete when the browser is closed.
        """
        profile.mkdir(parents=True, exist_ok=True)
        scripts = list(scripts)
        if camera == HAND and self.name != "chromium":
            scripts.append(hand_from_a_canvas())
        if self.name == "webkit":
            # Systems without WebKitGTK lack what this is made of, too.
            from tests.browser_webkit import webkit_page

            visit = Visit(None, None, address)
            with webkit_page(
                self.program, profile, language, size, camera == PRETENDED, scripts, visit.console_errors.append
            ) as visit.page:
                yield visit
            return
        with sync_playwright() as playwright:
            if self.name == "chromium":
                context = self._chromium(playwright, profile, camera, language, size)
            else:
                context = self._firefox(playwright, profile, camera, language, size, preferences or {})
            for script in scripts:
                context.add_init_script(script)
            visit = Visit(context.pages[0], context, address)
            listen(visit)
            yield visit
            context.close()

    def _chromium(
        self, playwright: Playwright, profile: Path, camera: str, language: str, size: tuple[int, int]
    ) -> BrowserContext:
        arguments = chromium_arguments()
        if camera != NONE:
            arguments.append("--use-fake-device-for-media-stream")
        if camera == HAND:
            arguments.append(f"--use-file-for-fake-video-capture={film_of_the_drawn_hand(profile)}")
        return playwright.chromium.launch_persistent_context(
            profile,
            executable_path=self.program,
            args=arguments,
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            permissions=[] if camera == NONE else ["camera"],
        )

    def _firefox(
        self,
        playwright: Playwright,
        profile: Path,
        camera: str,
        language: str,
        size: tuple[int, int],
        preferences: Mapping[str, Any],
    ) -> BrowserContext:
        pretended = {} if camera == NONE else PRETENDED_IN_FIREFOX
        settings = {**QUIET_FIREFOX, "intl.accept_languages": language, **pretended, **preferences}
        return playwright.firefox.launch_persistent_context(
            profile,
            # Firefox as it is, not Playwright's own.
            channel="moz-firefox",
            executable_path=self.program,
            firefox_user_prefs=settings,
            viewport={"width": size[0], "height": size[1]},
        )


def find_kind(name: str) -> Kind | str:
    """The browser of this name, or why there is none."""
    find = {
        "chromium": (find_browser.find_browser, ""),
        "firefox": (find_browser.find_firefox, find_browser.NO_FIREFOX),
        "webkit": (find_browser.find_webkit, find_browser.NO_WEBKIT),
    }
    look, why_not = find[name]
    program = look()
    return Kind(name, program) if program else why_not


def listen(visit: Visit) -> None:
    """Writes down what a page of Playwright's says on its console, and whom its browser asks."""
    page, context = visit.page, visit.context
    assert context is not None
    page.on("console", lambda message: visit.console_errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: visit.console_errors.append(str(error)))
    # The context hears the requests of workers and of the service worker too.
    context.on("request", lambda request: visit.requests.append(request.url))
    context.on("request", lambda request: visit.sent.append(request.url) if carries(request) else None)


def carries(request: Request) -> bool:
    """Whether a request takes anything to the host besides its address."""
    return request.method not in ("GET", "HEAD") or bool(request.post_data_buffer)


def hand_from_a_canvas() -> str:
    """The script that puts the drawn hand before the page instead of a camera, as large as Chromium's film of it."""
    buffer = io.BytesIO()
    fitted(draw_hand().picture, SIZE).save(buffer, "PNG")
    return HAND_FROM_A_CANVAS % base64.b64encode(buffer.getvalue()).decode()
