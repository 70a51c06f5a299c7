"""Odd values of variables, as operators type them: those that are understood, and those that cannot work."""

from dataclasses import dataclass, field

PUBLIC = {
    "SITE_URL": "https://papers.example.org",
    "SECRET_KEY": "nothing-that-anyone-could-guess-" * 2,
    "EMAIL_URL": "smtp://127.0.0.1:9",
    "DEFAULT_FROM_EMAIL": "letters@papers.example.org",
    "CONTACT": "you@example.org",
}
PASSWORD = "p/w#?[%@: é"[:-2]  # with all that an address gives a meaning to
CODED = "p%2Fw%23%3F%5B%25%40:"


@dataclass(frozen=True)
class Odd:
    """A variable's value, and what some setting is then. In EMAIL_URL, {port} is that of a mail server."""

    name: str
    value: str
    read: object = None
    setting: str = ""  # where it is not called as the variable
    besides: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.name}={self.value}"[:60]


def sent_by(url: str, **read: object) -> list[Odd]:
    return [Odd("EMAIL_URL", url, value, f"EMAIL_{name.upper()}") for name, value in read.items()]


UNDERSTOOD = [
    Odd("SITE_URL", "http://[fd00::1]:8000", "http://[fd00::1]:8000", besides=PUBLIC),
    Odd("SITE_URL", "http://[FD00:0:0::1]:8000", "http://[fd00::1]:8000", besides=PUBLIC),
    Odd("SITE_URL", "https://papers.example.org.", "https://papers.example.org", besides=PUBLIC),
    Odd("SITE_URL", "https://papers.example.org/", "https://papers.example.org", besides=PUBLIC),
    Odd("SITE_URL", "  https://papers.example.org\n", "https://papers.example.org", besides=PUBLIC),
    Odd("SITE_URL", "HTTPS://Papers.Example.ORG", "https://papers.example.org", besides=PUBLIC),
    Odd("SITE_URL", "https://papers.example.org:443", "https://papers.example.org", besides=PUBLIC),
    Odd("SITE_URL", "https://papers.example.org:8443", "https://papers.example.org:8443", besides=PUBLIC),
    Odd("SITE_URL", "https://bücher.example", "https://xn--bcher-kva.example", besides=PUBLIC),
    Odd("SITE_URL", "https://BÜCHER。example", "https://xn--bcher-kva.example", besides=PUBLIC),
    Odd("SITE_URL", "http://192.168.1.5:8000", "http://192.168.1.5:8000", besides=PUBLIC),
    Odd("SITE_URL", "http://papers:8000", "http://papers:8000", besides=PUBLIC),
    Odd("SITE_URL", "http://[::1]:{own}", "http://[::1]:{own}"),
    Odd("SITE_URL", "http://127.0.0.2:{own}", "http://127.0.0.2:{own}"),
    Odd("SITE_URL", "http://papers.localhost:{own}", "http://papers.localhost:{own}"),
    Odd("SITE_NAME", "Papers, daily", "Papers, daily"),
    Odd("SITE_NAME", "Papers: the <3 of it", '"Papers: the <3 of it" <letters@localhost>', "DEFAULT_FROM_EMAIL"),
    Odd("SITE_NAME", '"Papers"', '"\\"Papers\\"" <letters@localhost>', "DEFAULT_FROM_EMAIL"),
    Odd("SITE_NAME", "論文, 新聞 ☃", '"論文, 新聞 ☃" <letters@localhost>', "DEFAULT_FROM_EMAIL"),
    Odd("SITE_NAME", "100% {papers} %s", "100% {papers} %s"),
    Odd("DEFAULT_FROM_EMAIL", "letters@bücher.example", "letters@xn--bcher-kva.example"),
    Odd("DEFAULT_FROM_EMAIL", "Bücher <letters@bücher.example>", "Bücher <letters@xn--bcher-kva.example>"),
    Odd("DEFAULT_FROM_EMAIL", "Papers: daily <a@example.org>", '"Papers: daily" <a@example.org>'),
    Odd("DEFAULT_FROM_EMAIL", "Papers, daily <a@example.org>", '"Papers, daily" <a@example.org>'),
    Odd("DEFAULT_FROM_EMAIL", "Papers (daily) <A@Example.ORG.>", '"Papers (daily)" <A@example.org>'),
    Odd("DEFAULT_FROM_EMAIL", "  letters@example.org ", "letters@example.org"),
    Odd("DEFAULT_FROM_EMAIL", "Paper Route < letters@example.org >", "Paper Route <letters@example.org>"),
    Odd("DEFAULT_FROM_EMAIL", "root@papers", "root@papers"),
    Odd("CONTACT", "mailto:you@bücher.example", "you@xn--bcher-kva.example"),
    Odd("CONTACT", "https://example.org/contact/", "https://example.org/contact"),
    Odd("OPERATOR_EMAIL", "you@bücher.example", "you@xn--bcher-kva.example"),
    Odd("CONTACT_URL", "https://bücher.example/über uns".replace(" ", "%20"), "https://xn--bcher-kva.example/%C3%BCber%20uns"),
    *sent_by("smtp://127.0.0.1:{port}?starttls=1", use_tls=True, host_user=""),
    *sent_by(f"smtp://ada:{CODED}@127.0.0.1:{{port}}", host_password=PASSWORD, use_tls=True),
    *sent_by("smtp://ada%40example.org:50%@127.0.0.1:{port}", host_user="ada@example.org", host_password="50%"),
    *sent_by("smtp://ada:a@b:c@127.0.0.1:{port}", host_password="a@b:c"),
    *sent_by("smtp://ada:pw@localhost:{port}?starttls=0", use_tls=False, host_user="ada"),
    *sent_by(f"smtps://ada:{CODED}@127.0.0.1:{{port}}", use_ssl=True, use_tls=False),
    *sent_by("SMTP://LocalHost.:{port}/", host="localhost", use_tls=False),
    *sent_by("smtp://[::1]:{port}", host="::1"),
    Odd("VAR_DIR", "{folder}/a#b", "{folder}/a#b/paper-route.sqlite3", "DATABASE"),
    Odd("VAR_DIR", "{folder}/a?b=c", "{folder}/a?b=c/paper-route.sqlite3", "DATABASE"),
    Odd("VAR_DIR", "{folder}/a%23b %", "{folder}/a%23b %/paper-route.sqlite3", "DATABASE"),
    Odd("VAR_DIR", "{folder}/ä ö'\"", "{folder}/ä ö'\"/paper-route.sqlite3", "DATABASE"),
    Odd("DATABASE_URL", "sqlite:///{folder}/a%23b%3F.sqlite3", "{folder}/a#b?.sqlite3", "DATABASE"),
    Odd("TRUSTED_PROXIES", "127.0.0.1, ::1", ["127.0.0.1/32", "::1/128"]),
    Odd("ADMIN_PATH", "/some-name/", "some-name"),
    Odd("PORT", " {own} ", "{own}"),
]  # fmt: skip

REFUSED = [  # and what the sentence has to show
    ("SITE_URL", "https://papers.example.org/digest", "without a path, like https://papers.example.org"),
    ("SITE_URL", "https://papers example.org", "https://papers.example.org"),
    ("SITE_URL", "https://papers.exa\nmple.org", "https://papers.example.org"),
    ("SITE_URL", "https://my_papers.example.org", "letters, digits, - and . alone"),
    ("SITE_URL", "https://*.example.org", "https://papers.example.org"),
    ("SITE_URL", "https://.example.org", "https://papers.example.org"),
    ("SITE_URL", "https://papers..example.org", "https://papers.example.org"),
    ("SITE_URL", "http://127.1:8000", "https://papers.example.org"),
    ("SITE_URL", "http://0.0.0.0:8000", "where readers find the site"),
    ("SITE_URL", "http://[::]:8000", "where readers find the site"),
    ("SITE_URL", "http://[fe80::1%eth0]:8000", "https://papers.example.org"),
    ("SITE_URL", "http://localhost:0", "https://papers.example.org"),
    ("SITE_URL", "'https://papers.example.org'", "https://papers.example.org"),
    ("SITE_URL", "https:/papers.example.org", "https://papers.example.org"),
    ("SITE_URL", "ftp://papers.example.org", "https://papers.example.org"),
    ("SITE_URL", "https://papers.example.org?a=b", "without a password, ? or #"),
    ("SITE_URL", "https://papers.example.org/#top", "https://papers.example.org"),
    ("SITE_URL", f"https://{'a' * 64}.example.org", "https://papers.example.org"),
    ("SITE_URL", "https://☃.example", "https://papers.example.org"),
    ("SITE_NAME", "Paper\nRoute", "one line of at most 100 characters, like Paper Route"),
    ("SITE_NAME", "a" * 101, "one line of at most 100 characters, like Paper Route"),
    ("DEFAULT_FROM_EMAIL", "letters@example.org, other@example.org", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "A <a@example.org>, B <b@example.org>", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "mailto:letters@example.org", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "Papers: letters@example.org", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "'Paper Route <letters@example.org>'", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "brief-ü@example.org", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "Paper Route <letters>", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", "letters@-example.org", "Paper Route <letters@example.org>"),
    ("DEFAULT_FROM_EMAIL", ".letters@example.org", "Paper Route <letters@example.org>"),
    ("OPERATOR_EMAIL", "you@example.org,me@example.org", "you@example.org"),
    ("OPERATOR_EMAIL", "yöu@example.org", "you@example.org"),
    ("CONTACT", "example.org/contact", "https://example.org/contact"),
    ("CONTACT_URL", "mailto:you@example.org", "https://papers.example.org"),
    ("CONTACT_URL", "https://papers.example.org/über uns", "https://papers.example.org"),
    ("EMAIL_URL", "smtp://localhost:25?tls=no-one", "starttls"),
    ("EMAIL_URL", "smtp://localhost:25?starttls=no-one", "smtp://mail.example.org:25?starttls=1"),
    ("EMAIL_URL", "smtps://localhost:465?starttls=1", "smtp://mail.example.org:25?starttls=1"),
    ("EMAIL_URL", "smtp://ada:no-one@mail.example.org?starttls=0", "would show the password to the network"),
    ("EMAIL_URL", "smtp+tls://ada:no-one@mail.example.org", "smtp://user:password@mail.example.org:587"),
    ("EMAIL_URL", "smtp://ada@mail.example.org", "a user and a password"),
    ("EMAIL_URL", "smtp://:no-one@mail.example.org", "a user and a password"),
    ("EMAIL_URL", "smtp://ada:no-one-é@mail.example.org", "both in ASCII"),
    ("EMAIL_URL", "smtp://ada:no-one/1@mail.example.org", "/ as %2F"),
    ("EMAIL_URL", "smtp://ada:12/no-one@mail.example.org", "mail.example.org"),
    ("EMAIL_URL", "smtp://ada:12#no-one@mail.example.org", "# as %23"),
    ("EMAIL_URL", "smtp://ada:12?no-one@mail.example.org", "? as %3F"),
    ("EMAIL_URL", "smtp://ada:no-one[1@mail.example.org", "[ as %5B"),
    ("EMAIL_URL", "smtp://ada:no one@mail.example.org", "smtp://user:password@mail.example.org:587"),
    ("EMAIL_URL", "smtp://mail.example.org:0", "smtp://user:password@mail.example.org:587"),
    ("EMAIL_URL", "mail.example.org:25", "smtp://user:password@mail.example.org:587"),
    ("DATABASE_URL", "sqlite://", "sqlite:////path/to/file"),
    ("DATABASE_URL", "sqlite://:memory:", "sqlite:////path/to/file"),
    ("DATABASE_URL", "sqlite://var/site.sqlite3", "sqlite:////path/to/file"),
    ("DATABASE_URL", "sqlite:////var/a#b.sqlite3", "sqlite:////path/to/file"),
    ("DATABASE_URL", "sqlite:////var/a?b.sqlite3", "sqlite:////path/to/file"),
    ("DATABASE_URL", "postgresql://localhost", "postgresql://user:password@host/name"),
    ("DATABASE_URL", "postgresql://ada:12/no-one@localhost/name", "/ as %2F"),
    ("DATABASE_URL", "postgresql://ada:12#no-one@localhost/name", "# as %23"),
    ("DATABASE_URL", "postgresql://ada:12?no-one@localhost/name", "? as %3F"),
    ("DATABASE_URL", "postgresql://ada:no-one[@localhost/name", "[ as %5B"),
    ("DATABASE_URL", "postgresql://localhost/name?ssl=true", "like sslmode=require"),
    ("DATABASE_URL", "timescale://localhost/name", "postgresql://user:password@host/name"),
    ("REDIS_URL", "redis://:12/no-one@localhost/0", "/ as %2F"),
    ("REDIS_URL", "redis://:12#no-one@localhost/0", "# as %23"),
    ("REDIS_URL", "redis://localhost/letters", "redis://localhost:6379/0"),
    ("REDIS_URL", "redis://localhost?ssl_cert_reqs=none", "without parameters"),
    ("REDIS_URL", "sentinel://localhost:26379", "redis://localhost:6379/0"),
    ("SELF_TEST_IMAP", "imaps://ada:12#no-one@imap.example.org", "# as %23"),
    ("ADMIN_PATH", "<int:no>", "some-name"),
    ("ADMIN_PATH", "a?b", "some-name"),
    ("ENCODER", "Light", "light or semantic"),
    ("DKIM_SELECTOR", "paper route", "paper-route"),
    ("DKIM_SELECTOR", "s1._domainkey", "paper-route"),
    ("PORT", "9" * 5000, "from 1 to 65535"),
    ("PORT", "٨٠", "from 1 to 65535"),
    ("TRUSTED_PROXIES", "*", "10.0.0.0/8"),
    ("SECRET_KEY", "x", "at least 32 characters that nobody can guess"),
    ("SECRET_KEY", "$(openssl rand -base64 48)", "`openssl rand -base64 48`"),
    ("SECRET_KEY", "abc" * 20, "at least 32 characters that nobody can guess"),
    ("SECRET_KEY_FALLBACKS", f"{PUBLIC['SECRET_KEY']},x", "at least 32 characters that nobody can guess"),
    ("DEBUG", "1", "0 as SITE_URL is public"),
    ("SITE_POSTAL_ADDRESS", "caf\udce9", "text in UTF-8"),
]
