"""What stands between a right password and a session."""

from allauth.account.stages import EmailVerificationStage
from django.http import HttpResponseBase


class ConfirmedAddress(EmailVerificationStage):
    """Whoever signed up confirms the address first; who has none was made by an operator, and signs in at once."""

    def handle(self) -> tuple[HttpResponseBase | None, bool]:
        person = self.login.user
        if person is not None and not person.email and not person.emailaddress_set.exists():
            return None, True
        return super().handle()
