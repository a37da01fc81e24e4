"""Pages of what tablets sent and could not be taken in as it was."""

from django.urls import path

from sync import office

urlpatterns = [
    path("sync/", office.waiting_list, name="sync-waiting"),
    path("sync/<uuid:pk>/", office.OperationPage.as_view(), name="sync-operation"),
    path("sync/conflicts/<uuid:pk>/", office.decide, name="sync-conflict"),
]
