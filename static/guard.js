// What the page's Python cannot do for itself. Old browsers read this file too, so it is written for them.
// MicroPython does not see what a function of the browser throws: app/ui/browser/attempts.py calls through here where one may.
window.attempt = function (target, name, values) {
  // Python's own `window` only stands for this one: what is thrown behind it has run through Python before it comes here.
  var owner = target.window === window ? window : target;
  try {
    var value = values ? owner[name].apply(owner, values) : owner[name];
    return [value === undefined ? null : value]; // MicroPython would take it for something
  } catch (error) {
    return [null, error];
  }
};
// And where no Python can run, nobody else would say so. Only whether it can is decided here; the words stand in
// index.html, in each language.
(function () {
  function say(id) {
    if (performance.getEntriesByName("hemolens-screen").length) return; // the screens have words of their own
    var wanted = (navigator.language || "en").split("-")[0], section = document.getElementById(id);
    var chosen = section.querySelector("[lang='" + wanted + "']") || section.querySelector("[lang='en']");
    for (var line = section.firstElementChild; line; line = line.nextElementSibling) line.hidden = line !== chosen;
    section.hidden = false;
    document.getElementById("splash").hidden = true;
  }
  var modules = "noModule" in document.createElement("script");
  if (typeof WebAssembly !== "object" || !modules) return say("cannot-start");
  window.addEventListener("error", function (event) {
    if (event.target.tagName === "SCRIPT") say("not-started");
  }, true);
  setTimeout(function () { say("not-started"); }, 30000);
})();
