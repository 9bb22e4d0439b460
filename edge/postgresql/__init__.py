"""Django's backend for PostgreSQL, with migrations that close the functions they made."""
