// Only `serve.py --dev` hands this out, to the page and to the engine's worker: what goes wrong is shown, a save reloads.
(() => {
  const page = self.document, send = self.fetch, print = console.error, others = new BroadcastChannel("hemolens-dev");
  const panel = page?.createElement("pre");
  function show({ data }) {
    // By no style sheet or attribute of its own: the page's policy holds here, too.
    Object.assign(panel.style, { padding: "1rem", overflow: "auto", font: "13px monospace", background: "#fff", color: "#a00" });
    panel.append(data, "\n");
    page.body?.append(panel);
  }
  function tell(...words) {
    const body = words.map((word) => word?.message ?? word).join(" ");
    page ? show({ data: body }) : others.postMessage(body);
    send("/dev-said", { method: "POST", body }).catch(() => {});
  }
  console.error = (...words) => { print(...words); tell(...words); };
  self.addEventListener("error", ({ message, filename, lineno }) => message && tell(`${message} (${filename}:${lineno})`));
  self.addEventListener("unhandledrejection", ({ reason }) => tell(reason));
  if (!page) return;
  others.onmessage = show;
  new EventSource("/dev-events?" + page.currentScript.dataset.state).onmessage = () => location.reload();
})();
