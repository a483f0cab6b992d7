"""A window of WebKitGTK for WebKitWebDriver, which the system's own Python runs: its bindings belong to that.

WebKitGTK's MiniBrowser forgets everything when it closes, as soon as a driver leads it. This one keeps its profile in a
folder, as a phone's browser does, so that it can be closed and started again.

    webkit_window.py PROFILE LANGUAGE WIDTH HEIGHT CAMERA SCRIPT...

CAMERA is "pretended" for WebKit's own test picture, or "none"; each SCRIPT is a file that runs before the page's own.
"""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("WebKit2", "4.1")
from gi.repository import Gtk, WebKit2  # noqa: E402


def main(profile: str, language: str, width: str, height: str, camera: str, *scripts: str) -> None:
    manager = WebKit2.WebsiteDataManager(base_data_directory=f"{profile}/data", base_cache_directory=f"{profile}/cache")
    context = WebKit2.WebContext.new_with_website_data_manager(manager)
    context.set_automation_allowed(True)
    context.set_preferred_languages([language])
    settings = WebKit2.Settings(
        enable_write_console_messages_to_stdout=True,
        enable_media_stream=True,
        enable_mock_capture_devices=camera == "pretended",
    )

    def new_view(_session: object) -> WebKit2.WebView:
        content = WebKit2.UserContentManager()
        for script in scripts:
            content.add_script(
                WebKit2.UserScript(
                    Path(script).read_text("utf-8"),
                    WebKit2.UserContentInjectedFrames.TOP_FRAME,
                    WebKit2.UserScriptInjectionTime.START,
                    None,
                    None,
                )
            )
        view = WebKit2.WebView(
            web_context=context, settings=settings, user_content_manager=content, is_controlled_by_automation=True
        )
        view.connect("permission-request", lambda _view, request: request.allow() or True)
        window = Gtk.Window()
        window.set_default_size(int(width), int(height))
        view.connect("close", lambda _view: window.destroy())
        window.add(view)
        window.show_all()
        return view

    def started(_context: object, session: WebKit2.AutomationSession) -> None:
        # The name that Selenium asks for.
        about = WebKit2.ApplicationInfo()
        about.set_name("MiniBrowser")
        session.set_application_info(about)
        session.connect("create-web-view", new_view)

    context.connect("automation-started", started)
    Gtk.main()


if __name__ == "__main__":
    main(*sys.argv[1:])
