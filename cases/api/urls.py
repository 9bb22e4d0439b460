"""What partners read of cases."""

from django.urls import path

from cases.api.views import CasesView, CaseView, CoverageView, FilterOptionsView, PreviewView

urlpatterns = [
    path("cases", CasesView.as_view(), name="cases"),
    path("cases/preview", PreviewView.as_view(), name="case-preview"),
    path("cases/<id:id>", CaseView.as_view(), name="case"),
    path("coverage", CoverageView.as_view(), name="coverage"),
    path("referral-partner/filter-options", FilterOptionsView.as_view(), name="filter-options"),
]
