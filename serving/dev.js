// Only `serve.py --dev` hands this out, to the page and to the engine's worker: what goes wrong is shown, a save reloads.
(() => {
  const page = self.document, send = self.fetch, print = console.error, others = new BroadcastChannel("hemolens-dev");
  const panel = page?.createElement("pre");
  function show(said) {
    // By no style sheet or attribute of its own: the page's policy holds here, too.
    Object.assign(panel.style, { padding: "1rem", overflow: "auto", font: "13px monospace", background: "#fff", color: "#a00" });
    panel.append(said, "\n");
    page.body?.append(panel);
    // The page sends what its worker says, too: a worker that ends at a mistake takes its own requests with it.
    send("/dev-said", { method: "POST", body: said }).catch(() => {});
  }
  function tell(...words) {
    const said = words.map((word) => word?.message ?? word).join(" ");
    page ? show(said) : others.postMessage(said);
  }
  console.error = (...words) => { print(...words); tell(...words); };
  self.addEventListener("error", ({ message, filename, lineno }) => message && tell(`${message} (${filename}:${lineno})`));
  self.addEventListener("unhandledrejection", ({ reason }) => tell(reason));
  if (!page) return;
  others.onmessage = ({ data }) => show(data);
  new EventSource("/dev-events?" + page.currentScript.dataset.state).onmessage = () => location.reload();
})();
