"""What happens to accounts is written down for maintainers, and nobody can change it."""

import pytest
from django.contrib.auth.models import Permission
from django.db import InternalError, connection, transaction

from hulk_site.accounts.models import AccountEvent
from tests.accounts.conftest import PASSWORD


def told(person):
    return list(AccountEvent.objects.filter(user=person).order_by("pk").values_list("what", flat=True))


def test_sign_in_sign_out_and_a_new_password(browser_of, ada):
    client = browser_of(ada)
    new = "another long passphrase"
    client.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    client.post("/account/logout/")
    assert told(ada) == ["signed_in", "password_changed", "signed_out"]


def test_a_role_that_changes_names_who_changed_it(admin_client, admin_user, ada):
    address = f"/admin/accounts/user/{ada.pk}/change/"
    form = admin_client.get(address).context["adminform"].form
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False)}
    values |= {"is_staff": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    assert admin_client.post(address, values).status_code == 302
    event = AccountEvent.objects.get(user=ada, what="role_changed")
    assert (event.by, event.details) == (admin_user, {"changed": ["is_staff"], "now": {"is_staff": "True"}})


def test_a_maintainer_who_edits_people_cannot_make_more_of_himself(browser_of, mia):
    mia.user_permissions.set(Permission.objects.filter(codename__in=["change_user", "view_user"]))
    client = browser_of(mia)
    address = f"/admin/accounts/user/{mia.pk}/change/"
    form = client.get(address).context["adminform"].form
    assert "is_superuser" not in form.fields and "user_permissions" not in form.fields
    values = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    values |= {"is_superuser": "on", "date_joined_0": "2026-01-01", "date_joined_1": "00:00:00"}
    client.post(address, values)
    mia.refresh_from_db()
    assert not mia.is_superuser


def test_maintainers_read_them_and_others_do_not(browser_of, ada, mia):
    assert browser_of(mia).get("/admin/accounts/accountevent/").status_code == 200
    assert browser_of(ada).get("/admin/accounts/accountevent/").status_code in {302, 403}


@pytest.mark.parametrize(
    "statement", ["UPDATE accounts_accountevent SET what = 'deleted'", "DELETE FROM accounts_accountevent"]
)
def test_the_database_keeps_them_as_they_are(browser_of, ada, statement):
    browser_of(ada)
    with pytest.raises(InternalError, match="kept as they are"), transaction.atomic():
        connection.cursor().execute(statement)
    assert told(ada) == ["signed_in"]
