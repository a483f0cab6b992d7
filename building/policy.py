"""What the page may do and whom it may ask: headers for every answer, from serve.py and from the service worker alike.

The page gets nothing from any other origin and can send nothing to one. No text becomes code in it either, whether by
`eval`, written into the page, or from a blob or a data address; building/python/pyscript_edits.py keeps PyScript to
that. Beyond the files of this origin there are two permissions:

- 'wasm-unsafe-eval': both Pythons, numpy, Pillow and ONNX Runtime are WebAssembly.
- blob: for pictures: a chosen photo is shown from its own file.

The camera's picture comes by no address, so nothing has to be allowed for it.

A worker obeys the policy of the answer that brought its file, not what index.html states for the page. So where the
host sends no headers, the engine is guarded as soon as the service worker answers: on a first visit the page reloads
itself then.
"""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self' 'wasm-unsafe-eval'",
        "worker-src 'self'",
        "connect-src 'self'",
        "img-src 'self' blob:",
        "style-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    # WebAssembly threads need a cross-origin isolated page.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Permissions-Policy": "camera=(self), screen-wake-lock=(self), microphone=(), geolocation=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
