"""Cases in the partners' API: what partners send and read."""
