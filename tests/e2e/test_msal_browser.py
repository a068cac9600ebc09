"""MSAL for Python signs in at the emulator with the browser flow (authorization code with PKCE). The test is the browser."""

import threading
from html.parser import HTMLParser
from unittest import mock

import msal
import requests

from emulator import COMMAND_LINE_TOOLS, Clients

SCOPES = ["Application.Read.All", "Directory.Read.All"]


class Form(HTMLParser):
    """The address, the hidden fields and the buttons of a page's form."""

    def __init__(self, page):
        super().__init__()
        self.action, self.fields, self.buttons = None, {}, []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        known = dict(attributes)
        if tag == "form":
            self.action = known["action"]
        elif tag == "input":
            self.fields[known["name"]] = known["value"]
        elif tag == "button":
            self.buttons.append(known.get("value"))


class WithTheBrowser(Clients):
    def client(self):
        return msal.PublicClientApplication(
            COMMAND_LINE_TOOLS, authority=self.emulator.tenant_authority, instance_discovery=False, verify=self.emulator.ca_file
        )

    def press(self, address, button):
        """Opens the sign-in page and presses a button. Returns the response after it."""
        page = self.emulator.ask("GET", address)
        self.assertEqual(page.status_code, 200, page.text)
        form = Form(page.text)
        self.assertIn(button, form.buttons)
        data = form.fields | {"answer": button}
        return self.emulator.ask("POST", self.emulator.authority + form.action, data=data, allow_redirects=False)

    def code(self, flow):
        """Signs in, and returns what the page sends to the address of the flow."""
        form = Form(self.press(flow["auth_uri"], "accept").text)
        self.assertTrue(form.action.startswith("http://localhost:"), form.action)
        return form.fields

    def flow(self, client, **more):
        return client.initiate_auth_code_flow(SCOPES, redirect_uri="http://localhost:1", response_mode="form_post", **more)

    def interactive(self, button):
        """Lets MSAL open the page, press the button, and receive the answer on its own port."""

        def browse(address):
            answer = self.press(address, button)
            if location := answer.headers.get("location"):
                return requests.get(location, timeout=30)
            form = Form(answer.text)
            return requests.post(form.action, data=form.fields, timeout=30)

        def start(address, *_, **__):
            threading.Thread(target=browse, args=(address,), daemon=True).start()
            return True

        with mock.patch("webbrowser.open", start):
            return self.client().acquire_token_interactive(SCOPES, prompt="select_account", timeout=30)

    def test_a_click_signs_in(self):
        answer = self.interactive("accept")
        self.assertIn("access_token", answer, answer)
        claims = self.emulator.claims(answer["access_token"])
        self.assertLessEqual(set(SCOPES), set(claims["scp"].split()))
        self.assertEqual((claims["tid"], claims["appid"]), (self.emulator.tenant_id, COMMAND_LINE_TOOLS))

    def test_the_answer_has_a_refresh_token(self):
        client = self.client()
        flow = self.flow(client)
        answer = client.acquire_token_by_auth_code_flow(flow, self.code(flow))
        self.assertIn("access_token", answer, answer)
        fresh = client.acquire_token_silent_with_error(SCOPES, client.get_accounts()[0], force_refresh=True)
        self.assertEqual(fresh["token_source"], "identity_provider", fresh)

    def test_wrong_answers(self):
        """Negative control for all accepted answers."""
        client = self.client()
        flow = self.flow(client)
        code = self.code(flow)
        with self.subTest("another verifier"):
            other = self.flow(client)
            refused = client.acquire_token_by_auth_code_flow(flow | {"code_verifier": other["code_verifier"]}, code)
            self.assertEqual((refused["error"], refused["error_codes"]), ("invalid_grant", [501481]), refused)
        with self.subTest("another address"):
            flow = self.flow(client)
            refused = client.acquire_token_by_auth_code_flow(flow | {"redirect_uri": "http://localhost:2"}, self.code(flow))
            self.assertEqual((refused["error"], refused["error_codes"]), ("invalid_client", [500112]), refused)
        with self.subTest("a code that was used"):
            flow = self.flow(client)
            code = self.code(flow)
            self.assertIn("access_token", client.acquire_token_by_auth_code_flow(flow, code))
            refused = client.acquire_token_by_auth_code_flow(flow, code)
            self.assertEqual((refused["error"], refused["error_codes"]), ("invalid_grant", [54005]), refused)
        with self.subTest("another state"), self.assertRaisesRegex(ValueError, "state"):
            client.acquire_token_by_auth_code_flow(flow, code | {"state": "another"})

    def test_an_unregistered_address_gets_no_page(self):
        for address in ("http://127.0.0.1:1", "http://localhost:1/path", "https://localhost:1", "http://example.com"):
            with self.subTest(address):
                flow = self.client().initiate_auth_code_flow(SCOPES, redirect_uri=address)
                page = self.emulator.ask("GET", flow["auth_uri"], allow_redirects=False)
                self.assertEqual(page.status_code, 400)
                self.assertIn("AADSTS50011", page.text)

    def test_cancel(self):
        """The page sends the error by GET, which MSAL does not accept. It reports nothing until its time limit."""
        flow = self.flow(self.client())
        answer = self.press(flow["auth_uri"], "cancel")
        self.assertEqual(answer.status_code, 302, answer.text)
        self.assertIn("error=access_denied", answer.headers["location"])
        self.assertIn(flow["state"], answer.headers["location"])
