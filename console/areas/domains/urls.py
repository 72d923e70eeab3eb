"""URLs of mail domains."""

from django.urls import path

from console.areas.domains import views

app_name = "domains"
urlpatterns = [
    path("", views.list_domains, name="list"),
    path("new/", views.register_domain, name="register"),
    path("inbound-dmarc/", views.edit_inbound_dmarc, name="dmarc"),
    path("<str:domain>/", views.show_domain, name="detail"),
    path("<str:domain>/zone/", views.download_zone_file, name="zone"),
    path("<str:domain>/addresses/", views.list_addresses, name="addresses"),
    path("<str:domain>/move/", views.move_addresses, name="move"),
    path("<str:domain>/check/", views.check_domain, name="check"),
    path("<str:domain>/checks/", views.list_checks, name="checks"),
    path("<str:domain>/checks/<int:number>/", views.show_check, name="past"),
    path("<str:domain>/default/", views.make_default_domain, name="default"),
    path("<str:domain>/deregister/", views.deregister_domain, name="deregister"),
]
