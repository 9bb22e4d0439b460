"""The edges: strict JSON, shapes, errors, request ids and logs, the caller's address; secrets and functions at rest."""
