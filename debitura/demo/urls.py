"""Pages of the demo."""

from django.urls import path

from debitura.demo import views

urlpatterns = [
    path("mail/", views.mail_page, name="demo-mail"),
    path("mail.json", views.mail_json, name="demo-mail-json"),
]
