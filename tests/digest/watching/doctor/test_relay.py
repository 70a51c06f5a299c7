"""What the doctor hears from mail servers that were set up wrongly, up to whether one would take a letter."""

import re

import pytest

from digest.watching.doctor.base import Level
from tests import servers
from tests.digest.watching.doctor.examined import found, is_well, only_red
from tests.relay import Relay, self_signed

pytestmark = pytest.mark.one_database


@pytest.fixture
def relay(settings):
    """Puts a mail server into the settings, as EMAIL_URL would."""

    def put(relay=None, host="127.0.0.1", port=0, **others):
        named = {"host": host, "port": relay.port if relay else port, "host_user": "", "host_password": ""}
        for name, value in (named | {"use_ssl": False, "use_tls": False, "timeout": 30} | others).items():
            setattr(settings, f"EMAIL_{name.upper()}", value)
        settings.SENDER = "subscriptions.sending.smtp.Smtp"
        settings.DEFAULT_FROM_EMAIL = "Papers <letters@example.org>"
        settings.OPERATOR_EMAIL = "you@example.org"

    return put


@pytest.fixture
def certificate(tmp_path):
    return self_signed(tmp_path)


def test_a_mail_server_that_would_take_a_letter_is_well_and_gets_none(relay):
    with Relay() as server:
        relay(server)

        assert is_well("mail server")
        assert server.took == []


def test_letters_in_files_need_no_mail_server(settings):
    assert is_well("mail server")


def test_a_host_that_no_name_server_knows(relay):
    relay(host="nowhere.invalid", port=25)

    assert "names a host that no name server knows: nowhere.invalid" in only_red("mail server").says


def test_a_port_where_nobody_listens(relay):
    relay(port=servers.free_port())

    assert only_red("mail server").says.startswith("Nobody listens at 127.0.0.1:")


def test_tls_from_the_first_byte_where_smtp_is_said(relay, certificate):
    with Relay(certificate) as server:
        relay(server, timeout=1)

        finding = only_red("mail server")

    assert "takes the connection and says nothing" in finding.says
    assert finding.paste.startswith("EMAIL_URL=smtps://")


def test_no_tls_where_smtps_is_said(relay):
    with Relay() as server:
        relay(server, use_ssl=True)

        finding = only_red("mail server")

    assert "does not speak TLS from the first byte" in finding.says
    assert finding.paste.startswith("EMAIL_URL=smtp://")


@pytest.mark.parametrize(("starttls", "ways"), [(True, {"use_tls": True}), (False, {"use_ssl": True})])
def test_a_certificate_that_is_not_believed(relay, certificate, starttls, ways):
    with Relay(certificate, starttls=starttls) as server:
        relay(server, **ways)

        assert "ertificate" in only_red("mail server").says


def test_no_starttls_where_a_login_asks_for_it(relay):
    with Relay(login=("ada", "pw")) as server:
        relay(server, host_user="ada", host_password="pw", use_tls=True)

        assert "offers no STARTTLS" in only_red("mail server").says


def test_a_wrong_password(relay, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with Relay(certificate, ("ada", "pw"), starttls=True) as server:
        relay(server, host_user="ada", host_password="another", use_tls=True)

        finding = only_red("mail server")

    assert finding.says.startswith("It refuses the login in EMAIL_URL: 535")
    assert "another" not in finding.says


def test_a_login_that_is_wanted(relay):
    with Relay(login=("ada", "pw")) as server:
        relay(server)

        assert only_red("mail server").says.startswith("It wants a login: 530")


def test_starttls_that_is_wanted_without_a_login(relay, certificate):
    with Relay(certificate, starttls=True) as server:
        relay(server)

        finding = only_red("mail server")

    assert finding.says.startswith("It takes letters by STARTTLS alone: 530")
    assert finding.paste == f"EMAIL_URL=smtp://127.0.0.1:{server.port}?starttls=1"


def test_a_sender_that_is_not_ours(relay):
    with Relay() as server:
        server.refuses["MAIL"] = "553 5.7.1 sender address rejected: not owned by user"
        relay(server)

        finding = only_red("mail server")

    assert finding.says.startswith("It takes no letters from letters@example.org: 553 5.7.1")
    assert finding.paste.startswith("DEFAULT_FROM_EMAIL=")


def test_a_server_that_relays_for_others(relay):
    with Relay() as server:
        server.refuses["RCPT"] = "554 5.7.1 relay access denied"
        relay(server)

        assert only_red("mail server").says == "It takes no letter to you@example.org: 554 5.7.1 relay access denied"


def test_a_provider_without_its_key(settings):
    settings.SENDER, settings.ANYMAIL_PROVIDER = "subscriptions.sending.anymail.Anymail", "postmark"
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"

    finding = only_red("mail server")

    assert "POSTMARK_SERVER_TOKEN" in finding.says
    assert finding.paste.startswith("ANYMAIL_POSTMARK_")


def test_starttls_that_is_not_used_is_a_warning(relay, certificate, settings):
    settings.LOOPBACK = re.compile("elsewhere")
    with Relay(certificate, starttls=True) as server:
        relay(server)

        assert found("mail server")[0].level == Level.WARNING
