"""A host that writes down what is asked for: browsers do not tell of a worker's worker."""

from serving import server


class WritingServer(server.PageServer):
    """Its `asked` are paths, in the order in which they came; one that is asked for again stands there again."""

    def __init__(self, *arguments):
        self.asked = []
        super().__init__(*arguments)

    def finish_request(self, request, client_address):
        WritingHandler(request, client_address, self)


class WritingHandler(server.Handler):
    def do_GET(self):  # noqa: N802
        self.server.asked.append(self.path.partition("?")[0].removeprefix("/"))
        super().do_GET()
