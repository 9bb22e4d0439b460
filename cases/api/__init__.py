"""What partners send and read of cases."""
