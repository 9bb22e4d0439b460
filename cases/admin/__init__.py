"""Admin pages for cases, coverage and rates."""

from cases.admin import case_admin, coverage_admin

__all__ = ["case_admin", "coverage_admin"]
