"""The proof of work that a browser makes while an address is typed."""

import altcha
from playwright.sync_api import expect


def test_the_script_of_the_sign_up_page_solves_its_challenge_and_the_form_is_sent_with_it(visitor):
    one = visitor()
    one.open("/subscribe/")

    one.page.get_by_label("Your email address").fill(one.address)

    made = one.page.locator("input[name=altcha]")
    expect(made).not_to_have_value("")
    payload = altcha.Payload.from_base64(made.input_value())
    parameters, password = payload.challenge.parameters, bytes.fromhex(payload.challenge.parameters.nonce)
    password += payload.solution.counter.to_bytes(4, "big")
    derived = altcha.derive_key_pbkdf2(parameters, bytes.fromhex(parameters.salt), password).hex()
    assert derived == payload.solution.derived_key
    assert derived.startswith(parameters.key_prefix)
    one.press("Subscribe")
    expect(one.page.get_by_role("heading", name="One more step")).to_be_visible()
