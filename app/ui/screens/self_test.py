"""Check this copy of the app, network or not: every saved file against its hash, the golden values on this device, and
a report that a person can copy."""

from binascii import b2a_base64

from pyscript import window

from app.shared import words
from app.shared.build_id import BUILD_ID
from app.ui.browser import service_worker, tasks
from app.ui.browser.attempts import look_up
from app.ui.browser.page import add, element, on, optional, set_text, show
from app.ui.browser.patience import within
from app.ui.browser.place import here

# Of the progress, in percent: what the files take. The networks take the rest.
FILES_SHARE = 60
GOOD, BAD, NOTE = "good", "bad", "note"
# The parts that the golden values are of, in the order of the report.
PARTS = ("detector", "estimator", "pipeline")
# Whether the browser keeps the app for good; None where it does not say.
KEPT = {True: "yes", False: "no", None: "unknown"}
MOST_NAMED = 3
# A saved file is opened and hashed in some milliseconds, the largest in a second on a slow phone.
FILE_PATIENCE_MS = 20000
# Some browsers ask the person first.
COPY_PATIENCE_MS = 30000


class SelfTest:
    """The dialogue that asks for it and shows the outcome."""

    def __init__(self, engine, installation):
        self._engine = engine
        self._installation = installation
        # Which run counts: closing the dialogue ends it.
        self._run_number = 0
        self._lines = []
        self._details = []
        on("open-self-test", "click", lambda _event: self.open())
        on("self-test-run", "click", lambda _event: self._begin())
        on("self-test-copy", "click", lambda _event: tasks.run(self._copy()))
        on("self-test", "close", lambda _event: self._closed())

    def open(self):
        """Show the dialogue, over the settings where those are open."""
        show("self-test-outcome", False)
        show("self-test-doing", False)
        show("self-test-run")
        element("self-test").showModal()

    def _closed(self):
        self._run_number += 1

    def _begin(self):
        # At once, not when the task's turn comes: an earlier outcome must not stand for this run's.
        for name, visible in (("self-test-run", False), ("self-test-outcome", False), ("self-test-doing", True)):
            show(name, visible)
        self._run_number += 1
        tasks.run(self._run(self._run_number))

    async def _run(self, number):
        self._lines, self._details = [], []
        begun_ms = window.performance.now()
        for part in (self._check_files, self._check_measuring, self._look_at_device):
            try:
                await part(lambda: number == self._run_number)
            except Exception as error:
                # A browser that forbids to look, or never answers, is part of the outcome.
                self._line(BAD, words.say("self-test.cut"))
                self._details.append(f"{type(error).__name__}: {error}")
            if number != self._run_number:
                return
        self._details.append(f"{(window.performance.now() - begun_ms) / 1000:.1f} s")
        self._show()

    async def _check_files(self, wanted):
        answer = await service_worker.ask(service_worker.FILES)
        if not answer or not optional(answer, "files"):
            self._line(NOTE, words.say("self-test.not-saved"))
            return
        self._details.append(f"version {answer.version}, build {BUILD_ID}")
        wrong, total_bytes = [], 0
        for done in range(answer.files.length):
            path, expected, length = list(answer.files[done])
            set_text("self-test-step", words.say("self-test.file", done=done + 1, total=answer.files.length))
            element("self-test-progress").value = FILES_SHARE * done / answer.files.length
            found = await within(FILE_PATIENCE_MS, _digest(answer.cache, here(path)))
            if found != expected:
                wrong.append(path)
            total_bytes += length
            if not wanted():
                return
        self._installation.after_self_test(len(wrong))
        good = answer.files.length - len(wrong)
        text = words.say("self-test.files", good=good, total=answer.files.length, size=words.number(total_bytes / 1e6))
        self._line(BAD if wrong else GOOD, text)
        if wrong:
            more = " …" if len(wrong) > MOST_NAMED else ""
            self._line(BAD, words.say("self-test.files-wrong", names=", ".join(wrong[:MOST_NAMED]) + more))
            self._details += ["not as built: " + path for path in wrong]

    async def _check_measuring(self, _wanted):
        set_text("self-test-step", words.say("self-test.measuring"))
        element("self-test-progress").value = FILES_SHARE
        answer = await self._engine.self_test()
        if "error" in answer:
            self._line(BAD, words.say("self-test.no-engine"))
            self._details.append(answer["error"]["message"])
            return
        for part in PARTS:
            checks = [check for check in answer["checks"] if check["part"] == part]
            same = [check for check in checks if check["ok"]]
            text = words.say("self-test." + part, same=len(same), total=len(checks))
            self._line(GOOD if checks and len(same) == len(checks) else BAD, text)
        for check in answer["checks"]:
            mark = "=" if check["ok"] else "!"
            found = f"{check['found']:.6g} ({check['expected']:.6g} +-{check['tolerance']:.2g})"
            self._details.append(f"{mark} {check['part']} {check['name']}: {found}")

    async def _look_at_device(self, _wanted):
        await self._installation.look_whether_kept()
        kept = KEPT[self._installation.kept_for_good]
        self._line(GOOD if kept == "yes" else NOTE, words.say("self-test.kept-" + kept))
        isolated = "isolated" if window.crossOriginIsolated else "not isolated"
        self._details.append(f"{isolated}, {window.navigator.hardwareConcurrency} processors")
        self._details.append(str(window.navigator.userAgent))

    def _line(self, kind, text):
        self._lines.append((kind, text))

    def _show(self):
        bad = any(kind == BAD for kind, _ in self._lines)
        verdict = words.say("self-test.failed" if bad else "self-test.passed")
        set_text("self-test-verdict", verdict)
        element("self-test-verdict").setAttribute("data-outcome", BAD if bad else GOOD)
        target = element("self-test-lines")
        target.replaceChildren()
        for kind, text in self._lines:
            add(target, "li", text, class_=kind)
        marks = {GOOD: "+", BAD: "!", NOTE: "-"}
        when = window.Date.new().toISOString()
        report = [f"HemoLens, {when}", verdict] + [f"{marks[kind]} {text}" for kind, text in self._lines]
        element("self-test-report").value = "\n".join(report + self._details)
        set_text("self-test-copy", words.say("self-test.copy"))
        show("self-test-doing", False)
        show("self-test-run")
        show("self-test-outcome")
        element("self-test-outcome").focus()

    async def _copy(self):
        report = element("self-test-report")
        try:
            await within(COPY_PATIENCE_MS, window.navigator.clipboard.writeText(report.value))
        except Exception:
            # Not allowed, or plain HTTP: the person copies what is marked.
            report.focus()
            report.select()
            return
        set_text("self-test-copy", words.say("self-test.copied"))


async def _digest(name, address):
    """SHA-256 in base64 of what is kept for an address in the cache of this name; "" where there is nothing."""
    try:
        cache = await look_up(window, "caches").open(name)
        response = await cache.match(address)
        body = await response.arrayBuffer()
    except Exception:
        # Gone, or the browser cannot read its own store.
        return ""
    digest = window.Uint8Array.new(await window.crypto.subtle.digest("SHA-256", body))
    return b2a_base64(bytes([digest[place] for place in range(digest.length)])).decode().strip()
