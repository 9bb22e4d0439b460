"""What clients bring: claims against debtors, and who collects them."""
