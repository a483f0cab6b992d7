// What `serve.py --dev` hands out in the place of the service worker of a build, which would show what it has kept.
self.oninstall = () => self.skipWaiting();
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("hemolens")) await caches.delete(name);
  await self.registration.unregister();
  for (const page of await self.clients.matchAll()) page.navigate(page.url);
})()));
