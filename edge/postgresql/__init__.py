"""Django's backend for PostgreSQL, with shared connections, and migrations that close the functions they make."""
