"""A form as a browser without scripts fills and sends it: with what stands in it, and where it says it goes."""

from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

Attributes = dict[str, str | None]


class Form:
    """One form of a page: its address, and its fields with the values that stand in them."""

    def __init__(self, attributes: Attributes) -> None:
        self.action = attributes.get("action") or ""
        self.is_multipart = attributes.get("enctype") == "multipart/form-data"
        self.method = (attributes.get("method") or "get").lower()
        self.fields: dict[str, str | None] = {}
        """None where nothing is sent unless somebody fills it in: files and boxes that are not ticked."""
        self.choices: dict[str, set[str]] = {}
        self.buttons: dict[str, str] = {}
        """What the named buttons send."""

    def fill(self, values: Mapping[str, str | bytes]) -> dict[str, Any]:
        """What is sent. Fails where there is no such field, no such choice, or a file in a form that takes none."""
        sent: dict[str, Any] = {name: value for name, value in self.fields.items() if value is not None}
        for name, value in values.items():
            assert name in self.fields, f"no field {name}; there are {', '.join(self.fields)}"
            if isinstance(value, bytes):
                assert self.is_multipart, "the form does not take files"
                sent[name] = SimpleUploadedFile(f"{name}.txt", value)
                continue
            assert name not in self.choices or value in self.choices[name], (name, self.choices[name])
            sent[name] = value
        return sent


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        known = dict(attributes)
        if tag == "form":
            self.forms.append(Form(known))
        if not self.forms or "disabled" in known:
            return
        form, name = self.forms[-1], known.get("name") or ""
        if tag == "input" and name:
            self._input(form, name, known)
        elif tag == "select" and name:
            self._select = name
            form.choices[name] = set()
            form.fields[name] = None
        elif tag == "option" and self._select:
            value = known.get("value") or ""
            form.choices[self._select].add(value)
            if "selected" in known or form.fields[self._select] is None:
                form.fields[self._select] = value
        elif tag == "button" and name:
            form.buttons[name] = known.get("value") or ""
        elif tag == "textarea" and name:
            self._textarea = name
            form.fields[name] = ""

    def _input(self, form: Form, name: str, known: Attributes) -> None:
        kind = known.get("type") or "text"
        if kind == "radio":
            form.choices.setdefault(name, set()).add(known.get("value") or "on")
        if kind in {"radio", "checkbox", "file"}:
            form.fields.setdefault(name, None)
            if "checked" in known:
                form.fields[name] = known.get("value") or "on"
        elif kind != "submit":
            form.fields[name] = known.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea and self.forms:
            self.forms[-1].fields[self._textarea] = (self.forms[-1].fields[self._textarea] or "") + data


def send_form(browser: Client, address: str, values: Mapping[str, str | bytes], press: str = "") -> Any:
    """Opens a page, fills in the form that has these fields, and presses a button, the unnamed one unless said.

    Where it leads is not followed.
    """
    page = browser.get(address)
    assert page.status_code == 200, (address, page.status_code)
    reader = _Forms()
    reader.feed(page.content.decode())
    fitting = [form for form in reader.forms if form.method == "post" and set(values) <= set(form.fields)]
    assert fitting, f"{address}: no form with {set(values)}; there are {[list(form.fields) for form in reader.forms]}"
    button = {press: fitting[0].buttons[press]} if press else {}
    return browser.post(urljoin(address, fitting[0].action), {**fitting[0].fill(values), **button})
