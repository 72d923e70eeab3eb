"""URLs of messages in transit; message ids are posted, so that no access log has them."""

from django.urls import path

from console.areas.messages import views

app_name = "messages"
urlpatterns = [
    path("", views.open_message, name="look"),
    path("download/", views.download_message, name="download"),
    path("replace/", views.replace_message, name="replace"),
]
