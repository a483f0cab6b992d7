"""What the screens ask of the browser, each wait with an end: the page, tasks, storage, the service worker."""
