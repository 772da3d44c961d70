"""Forms about an account: sign-in, a new API token."""

from datetime import timedelta
from typing import Any

from allauth.account import forms as allauth
from allauth.account.adapter import get_adapter
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from django import forms
from django.http import HttpRequest, HttpResponse

from hulk_site.accounts.adapter import limit_session
from hulk_site.accounts.models import Scope, Token, User


class WithoutPlaceholders:
    """A field's label says what goes into it; the same words in the field would vanish while one types."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(WithoutPlaceholders, allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = ""

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """As allauth does it, which sets the length of the session last: a maintainer's is set once more."""
        response: HttpResponse = super().login(request, redirect_url)
        if request.user.is_authenticated:
            limit_session(request)
        return response


class SignupForm(WithoutPlaceholders, allauth.SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].help_text = "Reviewers see it. Boards and entries do not show who sent what."
        self.fields["email"].help_text = "We send a link that confirms it. It is shown to nobody but maintainers."


class ChangePasswordForm(WithoutPlaceholders, allauth.ChangePasswordForm):
    pass


class ResetPasswordForm(WithoutPlaceholders, allauth.ResetPasswordForm):
    pass


class DeleteForm(forms.Form):
    """Whoever deletes an account types its password; who has none, its name."""

    password = forms.CharField(
        label="Password", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
    username = forms.CharField(
        label="Your user name, to be sure", widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        del self.fields["username" if user.has_usable_password() else "password"]

    def clean_password(self) -> str:
        """Counted as a sign-in is, so that an open browser is no place to guess it."""
        password = str(self.cleaned_data["password"])
        if not get_adapter().reauthenticate(self.user, password):
            raise forms.ValidationError("This is not your password.")
        return password

    def clean_username(self) -> str:
        if self.cleaned_data["username"] != self.user.get_username():
            raise forms.ValidationError("This is not your user name.")
        return self.user.get_username()


NO_KEY = "The browser's answer holds no key. Try again."


class AddKeyForm(AddWebAuthnForm):
    def clean(self) -> dict[str, Any]:
        """allauth takes well-formed answers for granted; what else somebody sends is refused, too."""
        try:
            return dict(super().clean())
        except (KeyError, ValueError, AttributeError) as error:
            raise forms.ValidationError(NO_KEY) from error


class LoginWithKeyForm(LoginWebAuthnForm):
    def clean_credential(self) -> Any:
        """As above."""
        try:
            return super().clean_credential()
        except (KeyError, ValueError, AttributeError) as error:
            raise forms.ValidationError(NO_KEY) from error


class TokenForm(forms.Form):
    """Name, scopes and lifetime of a token. A name stands once an account, so that a repeated form makes one token."""

    DAYS = ((7, "7 days"), (30, "30 days"), (90, "90 days, the longest"))

    name = forms.CharField(
        max_length=80,
        label="Name",
        help_text="What will use it, such as laptop or cluster. You see it here and nowhere else.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices,
        initial=[Scope.READ, Scope.SUBMIT],
        widget=forms.CheckboxSelectMultiple,
        label="It may",
        error_messages={"required": "Tick at least one: a token that may do nothing is of no use."},
    )
    days = forms.TypedChoiceField(choices=DAYS, coerce=int, initial=90, label="It ends after")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Token.objects.filter(user=self.user, name=name).exists():
            raise forms.ValidationError(
                f"You have a token named {name} already. Revoke it first, or choose another name."
            )
        return name

    def create(self) -> tuple[Token, str]:
        """The token and, this once, the text that a script sends. Only its hash is kept."""
        data = self.cleaned_data
        token, text = Token.objects.create(
            user=self.user, expiry=timedelta(days=data["days"]), name=data["name"], scopes=data["scopes"]
        )
        return token, str(text)
