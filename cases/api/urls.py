"""Routes of the API about cases."""

from rest_framework.routers import SimpleRouter

from cases.api.viewsets import CaseViewSet, CoverageViewSet, ReferralPartnerViewSet

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("cases", CaseViewSet, basename="case")
router.register("coverage", CoverageViewSet, basename="coverage")
router.register("referral-partner", ReferralPartnerViewSet, basename="referral-partner")

urlpatterns = router.urls
