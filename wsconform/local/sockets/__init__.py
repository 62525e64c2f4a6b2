"""The thin shell: listeners, TLS, HTTP, WebSocket and signatures."""
