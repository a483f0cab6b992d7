"""Kept on the device: isolation from the service worker, and networks that are missing."""

from serving import server
from tests.browser import PATIENCE_MS, Host
from tests.drawn_hand import draw_hand


class PlainHandler(server.Handler):
    """A host that can send no headers of its own, such as many static ones."""

    def send_header(self, keyword, value):
        if not keyword.startswith("Cross-Origin-"):
            super().send_header(keyword, value)


class PlainServer(server.PageServer):
    def finish_request(self, request, client_address):
        PlainHandler(request, client_address, self)


def test_a_host_without_isolation_headers_is_isolated_by_the_service_worker(built_dist, new_visit):
    host = Host(built_dist, PlainServer)
    try:
        visit = new_visit(host.address)
        visit.open()
        ready = "() => crossOriginIsolated && document.body.dataset.engine === 'ready'"
        visit.page.wait_for_function(ready, timeout=PATIENCE_MS)
        visit.upload({"name": "hand.jpg", "mimeType": "image/jpeg", "buffer": draw_hand().encoded()})
        assert len(visit.reading()["nails"]) == 3
    finally:
        host.stop()
