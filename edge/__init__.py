"""Where the software meets the outside: JSON, text, addresses, errors, logs and the database."""
