"""The edges of every API: strict JSON, shapes, errors, request ids and logs, the caller's address."""
