"""Who gets what at each address: the status for a visitor, a stranger, the owner, a member of the owner's organisation,
a maintainer and a superuser. Read by `test_matrix.py`; a new address needs a line.
"""

EVERYBODY = (200, 200, 200, 200, 200, 200)
"""The page is the same for all, but for the name at the top."""
A_PERSON = (302, 200, 200, 200, 200, 200)
"""Whoever is signed in; a visitor is sent to sign in."""
ITS_OWNER = (302, 404, 200, 404, 404, 404)
"""The owner alone; to others it is not there."""
ITS_READERS = (302, 404, 200, 200, 200, 200)
"""Owner, members of its organisation, maintainers."""
MEMBERS = (302, 404, 200, 200, 404, 404)
"""Of the organisation; maintainers have no business there."""
WHO_HAS_ONE = (302, 404, 404, 404, 404, 404)
"""Nobody here has such a thing of the own."""
LEADS_ELSEWHERE = (302, 302, 302, 302, 302, 302)
"""Asks for the password first, or is a step at which nobody here is."""
MOVED = (301, 301, 301, 301, 301, 301)
"""Old addresses of the library."""
A_FORM = (405, 405, 405, 405, 405, 405)
"""Only sent to, never opened."""
NOTHING = (404, 404, 404, 404, 404, 404)
"""There is nothing of this name here."""
FAILED = (401, 401, 401, 401, 401, 401)
"""A sign-in elsewhere that failed."""
A_VISITOR = (200, 302, 302, 302, 302, 302)
"""Whoever is signed in has no need of it."""
API_VERB = (401, 405, 405, 405, 405, 405)
"""Only sent to."""
API_ITS_OWNER = (401, 404, 200, 404, 404, 404)
"""The owner's scripts alone."""
API_ITS_READERS = (401, 404, 200, 200, 200, 200)
"""Scripts of owner, members and maintainers."""
API_WHO_HAS_ONE = (401, 404, 404, 404, 404, 404)
"""Nobody here has such a thing of the own."""
API_A_PERSON = (401, 200, 200, 200, 200, 200)
"""Whoever has a token or is signed in."""

TABLE = {
    "": EVERYBODY,
    "account/": A_PERSON,
    "account/2fa/": A_PERSON,
    "account/2fa/authenticate/": LEADS_ELSEWHERE,
    "account/2fa/reauthenticate/": LEADS_ELSEWHERE,
    "account/2fa/recovery-codes/": WHO_HAS_ONE,
    "account/2fa/recovery-codes/download/": WHO_HAS_ONE,
    "account/2fa/recovery-codes/generate/": LEADS_ELSEWHERE,
    "account/2fa/totp/activate/": LEADS_ELSEWHERE,
    "account/2fa/totp/deactivate/": WHO_HAS_ONE,
    "account/2fa/webauthn/": A_PERSON,
    "account/2fa/webauthn/add/": LEADS_ELSEWHERE,
    "account/2fa/webauthn/keys/<int:pk>/edit/": NOTHING,
    "account/2fa/webauthn/keys/<int:pk>/remove/": LEADS_ELSEWHERE,
    "account/2fa/webauthn/login/": LEADS_ELSEWHERE,
    "account/2fa/webauthn/reauthenticate/": LEADS_ELSEWHERE,
    "account/3rdparty/": A_PERSON,
    "account/3rdparty/login/cancelled/": EVERYBODY,
    "account/3rdparty/login/error/": FAILED,
    "account/3rdparty/signup/": LEADS_ELSEWHERE,
    "account/confirm-email/": EVERYBODY,
    r"account/confirm-email/(?P<key>[-:\w]+)/": EVERYBODY,
    "account/data/": A_FORM,
    "account/delete/": A_PERSON,
    "account/email/": A_PERSON,
    "account/inactive/": EVERYBODY,
    "account/invitations/<int:pk>/": A_FORM,
    "account/login/": A_VISITOR,
    "account/login/code/confirm/": LEADS_ELSEWHERE,
    "account/logout/": A_PERSON,
    "account/mail/": A_PERSON,
    "account/mail/unsubscribe/<str:token>/": NOTHING,
    "account/organisations/": A_PERSON,
    "account/organisations/<slug:slug>/": MEMBERS,
    "account/organisations/<slug:slug>/delete/": A_FORM,
    "account/organisations/<slug:slug>/invitations/<int:pk>/": A_FORM,
    "account/organisations/<slug:slug>/invite/": A_FORM,
    "account/organisations/<slug:slug>/members/<int:pk>/": A_FORM,
    "account/password/change/": A_PERSON,
    "account/password/reset/": EVERYBODY,
    "account/password/reset/done/": EVERYBODY,
    "account/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/": EVERYBODY,
    "account/password/reset/key/done/": EVERYBODY,
    "account/password/set/": LEADS_ELSEWHERE,
    "account/reauthenticate/": A_PERSON,
    "account/sessions/": A_PERSON,
    "account/signup/": A_VISITOR,
    "account/social/connections/": MOVED,
    "account/social/login/cancelled/": MOVED,
    "account/social/login/error/": MOVED,
    "account/social/signup/": MOVED,
    "account/tokens/": A_PERSON,
    "account/tokens/<slug:key>/revoke/": A_FORM,
    "account/webhooks/": A_PERSON,
    "account/webhooks/<uuid:pk>/": WHO_HAS_ONE,
    "account/webhooks/<uuid:pk>/delete/": A_FORM,
    "account/webhooks/<uuid:pk>/ping/": A_FORM,
    "api/docs/": EVERYBODY,
    "api/examples/": EVERYBODY,
    "api/schema/": EVERYBODY,
    "api/v1/boards/": EVERYBODY,
    "api/v1/boards/<str:phase>/<str:measure>/": EVERYBODY,
    "api/v1/bundles/": API_VERB,
    "api/v1/dry-runs/<uuid:pk>/": API_ITS_OWNER,
    "api/v1/dry-runs/<uuid:pk>/verification/": API_ITS_OWNER,
    "api/v1/editions/": EVERYBODY,
    "api/v1/entries/<uuid:pk>/": NOTHING,
    "api/v1/entries/<uuid:pk>/curves/": NOTHING,
    "api/v1/entries/<uuid:pk>/evidence/": NOTHING,
    "api/v1/entries/<uuid:pk>/evidence/<str:sha256>/": NOTHING,
    "api/v1/hardware/": EVERYBODY,
    "api/v1/submissions/": API_A_PERSON,
    "api/v1/submissions/<uuid:pk>/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/blind/": API_VERB,
    "api/v1/submissions/<uuid:pk>/events/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/evidence/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/evidence/<str:task>/<str:kind>/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/evidence/<str:task>/<str:kind>/<str:name>": API_VERB,
    "api/v1/submissions/<uuid:pk>/messages/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/revise/": API_VERB,
    "api/v1/submissions/<uuid:pk>/revisions/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/submit/": API_VERB,
    "api/v1/submissions/<uuid:pk>/verification/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/verifications/": API_ITS_READERS,
    "api/v1/submissions/<uuid:pk>/withdraw/": API_VERB,
    "api/v1/tasks/": EVERYBODY,
    "api/v1/uploads/": API_VERB,
    "api/v1/uploads/<uuid:pk>/": API_WHO_HAS_ONE,
    "api/v1/webhooks/": API_A_PERSON,
    "api/v1/webhooks/<uuid:pk>/": API_WHO_HAS_ONE,
    "api/v1/webhooks/<uuid:pk>/deliveries/": API_WHO_HAS_ONE,
    "api/v1/webhooks/<uuid:pk>/ping/": API_VERB,
    "api/v1/whoami/": API_A_PERSON,
    "boards/<str:phase>/<str:measure>/": EVERYBODY,
    "boards/<str:phase>/<str:measure>/pictures/": EVERYBODY,
    "embed/boards/<str:phase>/<str:measure>/": EVERYBODY,
    "entries/<uuid:pk>/": NOTHING,
    "entries/<uuid:pk>/badge.svg": NOTHING,
    "entries/<uuid:pk>/derivations/<str:measure>/": NOTHING,
    "entries/<uuid:pk>/derivations/<str:task>/<str:measure>/": NOTHING,
    "entries/<uuid:pk>/evidence/<str:sha256>/": NOTHING,
    "faq/": EVERYBODY,
    "faq/samples/<slug:bundle>/<path:name>": NOTHING,
    "favicon.ico": LEADS_ELSEWHERE,
    "feeds/entries.atom": EVERYBODY,
    "hardware/": EVERYBODY,
    "healthz": EVERYBODY,
    "readyz": EVERYBODY,
    "robots.txt": EVERYBODY,
    "rules/": EVERYBODY,
    "rules/checks/": EVERYBODY,
    "submissions/": A_PERSON,
    "submissions/<uuid:pk>/": ITS_READERS,
    "submissions/<uuid:pk>/blind/": A_FORM,
    "submissions/<uuid:pk>/copy/": A_FORM,
    "submissions/<uuid:pk>/delete/": ITS_OWNER,
    "submissions/<uuid:pk>/edit/": ITS_OWNER,
    "submissions/<uuid:pk>/edit/check/": ITS_OWNER,
    "submissions/<uuid:pk>/edit/evidence/": ITS_OWNER,
    "submissions/<uuid:pk>/edit/evidence/open/": A_FORM,
    "submissions/<uuid:pk>/edit/hardware/": ITS_OWNER,
    "submissions/<uuid:pk>/evidence/<int:evidence_pk>/": ITS_READERS,
    "submissions/<uuid:pk>/messages/": A_FORM,
    "submissions/<uuid:pk>/organisation/": A_FORM,
    "submissions/<uuid:pk>/revise/": A_FORM,
    "submissions/<uuid:pk>/withdraw/": ITS_OWNER,
    "submit/": A_PERSON,
    "tasks/": EVERYBODY,
}

ADMIN = {
    # model: the pages that open for a maintainer without further rights, and for a superuser
    "account/emailaddress": {"maintainer": "", "superuser": "list add change delete history"},
    "accounts/accountevent": {"maintainer": "list change history", "superuser": "list change history"},
    "accounts/token": {"maintainer": "", "superuser": "list change delete history"},
    "accounts/user": {"maintainer": "", "superuser": "list add change history"},
    "auth/group": {"maintainer": "", "superuser": "list add"},
    "leaderboard/accelerator": {"maintainer": "", "superuser": "list add change history"},
    "leaderboard/edition": {"maintainer": "", "superuser": "list change history"},
    "leaderboard/entry": {"maintainer": "", "superuser": "list"},
    "leaderboard/event": {"maintainer": "", "superuser": "list"},
    "leaderboard/offer": {"maintainer": "", "superuser": "list add change history"},
    "leaderboard/task": {"maintainer": "", "superuser": "list change history"},
    "mfa/authenticator": {"maintainer": "", "superuser": "list"},
    "submissions/call": {"maintainer": "", "superuser": "list"},
    "submissions/mail": {"maintainer": "", "superuser": "list change history"},
    "submissions/submission": {"maintainer": "list change history", "superuser": "list change history"},
}
