"""The platform over HTTP (docs/HTTP.md): FastAPI routes the requests and describes them; the bytes are ours."""
