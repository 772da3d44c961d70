"""Public pages."""

from django.urls import path
from django.views.decorators.http import conditional_page

from leaderboard import entry_views, takeaways, views
from leaderboard.feeds import NewestEntries

app_name = "leaderboard"
urlpatterns = [
    path("", views.home, name="home"),
    path("boards/<str:phase>/<str:measure>/", views.board, name="board"),
    path("boards/<str:phase>/<str:measure>/pictures/", views.pictures, name="pictures"),
    path("entries/<uuid:pk>/", views.entry, name="entry"),
    path("entries/<uuid:pk>/derivations/<str:measure>/", entry_views.overall, name="overall"),
    path("entries/<uuid:pk>/derivations/<str:task>/<str:measure>/", entry_views.derivation, name="derivation"),
    path("entries/<uuid:pk>/evidence/<str:sha256>/", entry_views.evidence, name="evidence"),
    path("entries/<uuid:pk>/badge.svg", takeaways.badge, name="badge"),
    path("embed/boards/<str:phase>/<str:measure>/", takeaways.embedded_board, name="embed"),
    path("feeds/entries.atom", conditional_page(NewestEntries()), name="feed"),
    path("tasks/", views.tasks, name="tasks"),
    path("hardware/", views.hardware, name="hardware"),
    path("rules/", views.rules, name="rules"),
    path("rules/checks/", views.checks, name="checks"),
    path("faq/", views.faq, name="faq"),
    path("faq/samples/<slug:bundle>/<path:name>", views.sample, name="sample"),
    path("robots.txt", views.robots, name="robots"),
    path("favicon.ico", views.favicon, name="favicon"),
]
