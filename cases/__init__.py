"""Claims against debtors, which clients bring, and who collects them."""
